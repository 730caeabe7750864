// Tests of crossentropy.
#include "lacuna/ops/labels/crossentropy.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lacuna/ops/reductions/softmax.h"
#include "lacuna/ops/testing.h"

namespace lacuna {
namespace {

using namespace test;

std::vector<double> softmax_of(const float* x, size_t n) {
  std::vector<double> p(n);
  double top = -INFINITY, total = 0;
  for (size_t j = 0; j < n; ++j) top = std::max(top, double{x[j]});
  for (size_t j = 0; j < n; ++j) total += p[j] = std::exp(x[j] - top);
  for (double& v : p) v /= total;
  return p;
}

Symbol gradient_of(const Symbol& loss, const Symbol& dl) {
  return loss.node()->op().gradient(*loss.node(), std::vector{dl}, {false, true})[1];
}

TEST(Softmax, EqualsMimicAndSumsToOne) {
  const Tensor x = random_dense({9, 13}, 1);
  const Symbol in = input(x);
  const auto y = values(run({softmax(in)}, {in}, {x})[0]);
  for (size_t r = 0; r < 9; ++r) {
    const auto p = softmax_of(x.dense().values<float>().data() + r * 13, 13);
    for (size_t j = 0; j < 13; ++j) EXPECT_NEAR(y[r * 13 + j], p[j], 1e-6);
  }
}

TEST(SoftmaxCrossentropy, EqualsLogOfSoftmax) {
  const size_t n = 40, m = 6;
  const Tensor x = random_dense({40, 6}, 1), t = random_dense({40, 6}, 2, 0.7), sparse = csr(t);
  const Tensor dl = random_dense({40}, 3);
  const Symbol logits = input(x), target = input(t), sparse_target = input(sparse), d = input(dl);
  const Symbol loss = softmax_crossentropy(target, logits),
               same = softmax_crossentropy(sparse_target, logits);
  EXPECT_EQ(loss.shape(), Shape{None});
  const auto out = run({loss, same, gradient_of(loss, d), gradient_of(same, d)},
                       {logits, target, sparse_target, d}, {x, t, sparse, dl});
  const auto l = values(out[0]), g = values(out[2]), ts = values(t), ds = values(dl);
  EXPECT_EQ(values(out[1]), l);
  EXPECT_EQ(values(out[3]), g);
  for (size_t r = 0; r < n; ++r) {
    const auto p = softmax_of(x.dense().values<float>().data() + r * m, m);
    double expected = 0, total = 0;
    for (size_t j = 0; j < m; ++j) expected -= ts[r * m + j] * std::log(p[j]), total += ts[r * m + j];
    EXPECT_NEAR(l[r], expected, 1e-5);
    for (size_t j = 0; j < m; ++j) EXPECT_NEAR(g[r * m + j], (p[j] * total - ts[r * m + j]) * ds[r], 1e-5);
  }
}

TEST(SoftmaxCrossentropy, StableAtLargeLogits) {
  const Tensor x = dense({3, 2}, {1e4f, -1e4f, -1e4f, 1e4f, 1e4f, 1e4f}),
               t = dense({3, 2}, {1, 0, 1, 0, 1, 0});
  const Tensor ids = dense<int64_t>({3, 1}, {0, 0, 0}), ones = dense({3}, {1, 1, 1});
  const Symbol logits = input(x), target = input(t), labels = input(ids), d = input(ones);
  const Symbol loss = softmax_crossentropy(target, logits),
               sparse = sparse_softmax_crossentropy(labels, logits);
  const auto out = run({loss, sparse, gradient_of(loss, d), gradient_of(sparse, d)},
                       {logits, target, labels, d}, {x, t, ids, ones});
  const std::vector<float> expected{0, 2e4f, std::log(2.0f)};
  EXPECT_EQ(values(out[0]), expected);
  EXPECT_EQ(values(out[1]), expected);
  EXPECT_EQ(values(out[2]), (std::vector<float>{0, 0, -1, 1, -0.5f, 0.5f}));
  EXPECT_EQ(values(out[3]), values(out[2]));
}

TEST(SparseSoftmaxCrossentropy, EqualsOneHotTargets) {
  const Tensor x = random_dense({2, 3, 5}, 1), ids = dense<int32_t>({2, 3}, {0, 4, 2, 1, 1, 3});
  std::vector<float> one_hot(30);
  for (size_t r = 0; r < 6; ++r) one_hot[r * 5 + static_cast<size_t>(ids.dense().values<int32_t>()[r])] = 1;
  const Tensor t = dense({2, 3, 5}, one_hot), dl = random_dense({2, 3}, 4);
  const Symbol logits = input(x), target = input(t), labels = input(ids), d = input(dl);
  const Symbol loss = softmax_crossentropy(target, logits),
               sparse = sparse_softmax_crossentropy(labels, logits);
  const auto out = run({loss, sparse, gradient_of(loss, d), gradient_of(sparse, d)},
                       {logits, target, labels, d}, {x, t, ids, dl});
  for (size_t i = 0; i < 6; ++i) EXPECT_NEAR(values(out[0])[i], values(out[1])[i], 1e-6);
  for (size_t i = 0; i < 30; ++i) EXPECT_NEAR(values(out[2])[i], values(out[3])[i], 1e-6);
}

TEST(SparseSoftmaxCrossentropy, IdOutOfRangeIsNamed) {
  const Tensor x = random_dense({3, 5}, 1), ids = dense<int64_t>({3}, {0, 4, 5});
  const Symbol logits = input(x), labels = input(ids);
  EXPECT_EQ(message_of<OutOfRange>([&] {
              run({sparse_softmax_crossentropy(labels, logits)}, {logits, labels}, {x, ids});
            }),
            "sparse_softmax_crossentropy: ids must be in [0, 5), the last axis of logits. Received: id=5 in "
            "row 2.");
  EXPECT_EQ(message_of<InvalidArgument>([&] { sparse_softmax_crossentropy(logits, labels); }),
            "sparse_softmax_crossentropy: ids must have the shape of logits without the last axis, or with a "
            "last axis "
            "of 1. Received: ids=(None, 5) dense, logits=(None,) dense int64.");
}

TEST(SigmoidCrossentropy, EqualsMimicAndIsStable) {
  const Tensor x = dense({2, 4}, {1e4f, -1e4f, 20, -20, 0.5f, -0.5f, 1e4f, -1e4f});
  const Tensor t = dense({2, 4}, {1, 0, 1, 0, 0.25f, 1, 0, 1}), sparse = csr(t),
               ones = dense({2, 4}, std::vector<float>(8, 2));
  const Symbol logits = input(x), target = input(t), sparse_target = input(sparse), d = input(ones);
  const Symbol loss = sigmoid_crossentropy(target, logits),
               same = sigmoid_crossentropy(sparse_target, logits);
  const auto out = run({loss, same, gradient_of(loss, d), gradient_of(same, d)},
                       {logits, target, sparse_target, d}, {x, t, sparse, ones});
  const auto l = values(out[0]), g = values(out[2]), xs = values(x), ts = values(t);
  EXPECT_EQ(values(out[1]), l);
  EXPECT_EQ(values(out[3]), g);
  EXPECT_EQ(l[0], 0);
  EXPECT_EQ(l[1], 0);
  EXPECT_EQ(l[6], 1e4f);
  EXPECT_EQ(l[7], 1e4f);
  for (const size_t i : {2, 3, 4, 5}) {
    const double z = xs[i], e = std::log1p(std::exp(-std::abs(z)));
    const double expected = ts[i] * ((z < 0 ? -z : 0) + e) + (1 - ts[i]) * ((z > 0 ? z : 0) + e);
    EXPECT_NEAR(l[i], expected, 1e-6 * (1 + expected));
    EXPECT_NEAR(g[i], 2 * (1 / (1 + std::exp(-z)) - ts[i]), 1e-6);
  }
  EXPECT_GT(l[2], 1e-9f);  // A cancelling 20 - 20 would lose it.
}

}  // namespace
}  // namespace lacuna

// Tests of labels.
#include "lacuna/ops/labels/labels.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lacuna/graph/gradient.h"
#include "lacuna/ops/elementwise/operators.h"
#include "lacuna/ops/elementwise/unary.h"
#include "lacuna/ops/labels/crossentropies.h"
#include "lacuna/ops/reductions/reduce.h"
#include "lacuna/ops/reductions/softmax.h"
#include "lacuna/ops/testing.h"

namespace lacuna {
namespace {

using namespace test;

TEST(LabelMatrix, PaddingRepeatsAndEmptyRows) {
  const Tensor ids = dense<int64_t>({4, 3}, {2, -1, 0, -1, -1, -1, 1, 1, 4, 3, 2, 1});
  const Symbol in = input(ids);
  const Symbol y = label_matrix(in, 5, DType::float32);
  EXPECT_EQ(y.spec(), (Spec{{None, 5}, DType::float32, Storage::csr}));
  const auto out = run({y}, {in}, {ids});
  EXPECT_TRUE(out[0].csr().validate("label_matrix"));
  EXPECT_EQ(out[0].csr().nonzeros(), 7u);
  EXPECT_EQ(values(out[0]), (std::vector<float>{1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 1, 0, 1, 1, 1, 0}));
}

TEST(LabelMatrix, IdOutOfRangeIsNamed) {
  const Symbol in = placeholder({{None, 2}, DType::int64}, "ids");
  const auto message = [&](std::vector<int64_t> ids) {
    return message_of<OutOfRange>([&] {
      run({label_matrix(in, 5, DType::float32)}, {in}, {dense<int64_t>({2, 2}, ids)});
    });
  };
  EXPECT_EQ(message({0, 1, 2, 5}),
            "label_matrix: ids must be in [0, 5), or -1 for none. Received: id=5 in row 1.");
  EXPECT_EQ(message({0, -2, 2, 4}),
            "label_matrix: ids must be in [0, 5), or -1 for none. Received: id=-2 in row 0.");
}

TEST(LastLabel, StoredZerosAreNone) {
  tensor::Csr x;
  x.resize(3, 6, 4, DType::float32);
  std::ranges::copy(std::vector<float>{1, 0, 0, 2}, x.values<float>().begin());
  std::ranges::copy(std::vector<int32_t>{2, 5, 1, 3}, x.indices.as<int32_t>().begin());
  std::ranges::copy(std::vector<int32_t>{0, 2, 3, 4}, x.indptr.as<int32_t>().begin());
  const Symbol in = input(Tensor(x));
  EXPECT_EQ(values<int64_t>(run({last_label(in)}, {in}, {x})[0]), (std::vector<int64_t>{2, -1, 3}));
}

TEST(InTopK, TiesCountAllOfThemAndNoNumberNever) {
  const float nan = std::nanf("");
  const Tensor p = dense({5, 4}, {0.1f, 0.4f, 0.4f, 0.1f, 0.1f, 0.4f, 0.4f, 0.1f, 0.3f, 0.2f,
                                  0.1f, 0.4f, nan,  0.2f, 0.1f, 0.4f, 0.1f, 0.2f, 0.3f, 0.4f});
  const Tensor ids = dense<int64_t>({5}, {2, 0, 1, 0, 9});
  const Symbol x = input(p), t = input(ids);
  EXPECT_EQ(values(run({in_top_k(x, t, 1)}, {x, t}, {p, ids})[0]), (std::vector<float>{1, 0, 0, 0, 0}));
  EXPECT_EQ(values(run({in_top_k(x, t, 3)}, {x, t}, {p, ids})[0]), (std::vector<float>{1, 1, 1, 0, 0}));
  EXPECT_EQ(values(run({in_top_k(x, t, 99)}, {x, t}, {p, ids})[0]), (std::vector<float>{1, 1, 1, 0, 0}));
  EXPECT_EQ(message_of<InvalidArgument>([&] { in_top_k(x, t, 0); }),
            "in_top_k: k must be positive. Received: k=0.");
}

// Compares with -Σ log p over the ids that are not -1.
TEST(MultiHot, IsTheFormulaOfProbabilitiesSoftmaxAndLogits) {
  const size_t n = 20, m = 6, width = 4;
  const Tensor x = random_dense<double>({20, 6}, 1);
  std::vector<int64_t> ids;
  Generator random(3);
  for (size_t i = 0; i < n * width; ++i) ids.push_back(static_cast<int64_t>(random.below(m + 3)) - 1);
  for (int64_t& id : ids) id = id >= static_cast<int64_t>(m) ? -1 : id;
  const Tensor labels = dense<int64_t>({20, 4}, ids);
  const Symbol logits = input(x), t = input(labels);
  const Symbol by_softmax = multi_hot_sparse_categorical_crossentropy(t, softmax(logits)),
               by_logits = multi_hot_sparse_categorical_crossentropy(t, logits, true),
               by_value =
                   multi_hot_sparse_categorical_crossentropy(t, softmax(logits) * 3.0);  // not normalized
  const Symbol gradient = gradients(sum(by_softmax), {logits})[0],
               other = gradients(sum(by_value), {logits})[0];
  const auto out = run({by_softmax, by_logits, by_value, gradient, other}, {logits, t}, {x, labels});
  EXPECT_EQ(values<double>(out[0]), values<double>(out[1]));
  const auto xs = values<double>(x), loss = values<double>(out[0]), same = values<double>(out[2]);
  for (size_t r = 0; r < n; ++r) {
    double total = 0, expected = 0;
    for (size_t j = 0; j < m; ++j) total += std::exp(xs[r * m + j]);
    for (size_t k = 0; k < width; ++k)
      if (const int64_t id = ids[r * width + k]; id >= 0)
        expected -= std::log(std::exp(xs[r * m + static_cast<size_t>(id)]) / total);
    EXPECT_NEAR(loss[r], expected, 1e-10);
    EXPECT_NEAR(same[r], expected, 1e-10);
  }
  for (size_t i = 0; i < n * m; ++i) EXPECT_NEAR(values<double>(out[3])[i], values<double>(out[4])[i], 1e-10);
}

TEST(Crossentropies, LogitsAndProbabilitiesAgree) {
  const Tensor x = random_dense<double>({9, 5}, 1), t = random_dense<double>({9, 5}, 2, 0.6);
  const Tensor ids = dense<int64_t>({9}, {0, 1, 2, 3, 4, 0, 1, 2, 3});
  const Symbol logits = input(x), target = input(t), sparse = input(csr(t)), places = input(ids);
  const Symbol p = softmax(logits) + 0.0, q = sigmoid(logits) + 0.0;  // Not recognized as softmax, sigmoid.
  const auto out =
      run({categorical_crossentropy(target, p), categorical_crossentropy(sparse, logits, true),
           sparse_categorical_crossentropy(places, p), sparse_categorical_crossentropy(places, logits, true),
           binary_crossentropy(target, q), binary_crossentropy(sparse, logits, true)},
          {logits, target, sparse, places}, {x, t, csr(t), ids});
  EXPECT_EQ(out[4].shape(), (Shape{9, 5}));
  for (size_t k = 0; k < 6; k += 2) {
    const auto a = values<double>(out[k]), b = values<double>(out[k + 1]);
    for (size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-9) << k;
  }
}

}  // namespace
}  // namespace lacuna

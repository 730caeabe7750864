// scan: against a loop in plain code, its gradients against finite differences, masks, threads.
#include "lacuna/ops/recurrent/scan.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lacuna/base/threads.h"
#include "lacuna/graph/gradient.h"
#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/elementwise/operators.h"
#include "lacuna/ops/elementwise/unary.h"
#include "lacuna/ops/products/dot.h"
#include "lacuna/ops/recurrent/counted_rows.h"
#include "lacuna/ops/reductions/reduce.h"
#include "lacuna/ops/testing.h"

namespace lacuna {
namespace {

using test::dense;
using test::random_dense;
using test::run;
using test::values;

Symbol input(const Shape& shape, const char* name) { return placeholder({shape, DType::float64}, name); }

// s ← tanh(x + s W) · c, y = s² + b, with all kinds of values: a weight, one by row, and one that is summed.
struct Rig {
  Symbol x = input({None, None, 3}, "x"), first = input({None, 3}, "first"), weight = input({3, 3}, "weight"),
         rows = input({None, 3}, "rows"), bias = input({3}, "bias"), mask = input({None, None}, "mask");
  std::vector<Symbol> inputs{x, first, weight, rows, bias, mask};
  Scanned scanned;

  explicit Rig(bool masked) {
    const Symbol xt = input({None, 3}, "x_t"), s = input({None, 3}, "s"), count = input({None, 3}, "count");
    const Symbol next = tanh(xt + dot(s, weight)) * rows;
    const Step step{.inputs = {xt},
                    .states = {s, count},
                    .outputs = {square(next) + bias + count},
                    .new_states = {next, s + count}};
    scanned = scan(step, {masked ? counted_rows(x, mask) : x}, {first, Symbol()}, masked ? mask : Symbol());
  }
};

std::vector<Tensor> feeds_of(Dim steps, Dim batch, const std::vector<double>& mask) {
  return {random_dense<double>({steps, batch, 3}, 1),
          random_dense<double>({batch, 3}, 2),
          random_dense<double>({3, 3}, 3),
          random_dense<double>({batch, 3}, 4),
          random_dense<double>({3}, 5),
          dense<double>({steps, batch}, mask)};
}

void expect_right(bool masked, Dim steps, Dim batch, const std::vector<double>& mask) {
  const Rig rig(masked);
  std::vector<Tensor> feeds = feeds_of(steps, batch, mask);
  const auto T = static_cast<size_t>(steps), B = static_cast<size_t>(batch);
  const auto at = [&](size_t i) { return feeds[i].dense().values<double>(); };
  std::vector<double> s(at(1).begin(), at(1).end()), count(B * 3, 0), y(B * 3, 0), wanted;
  for (size_t t = 0; t < T; ++t) {
    for (size_t b = 0; b < B; ++b) {
      if (masked && at(5)[t * B + b] == 0) continue;
      double next[3];
      for (size_t j = 0; j < 3; ++j) {
        double z = at(0)[(t * B + b) * 3 + j];
        for (size_t k = 0; k < 3; ++k) z += s[b * 3 + k] * at(2)[k * 3 + j];
        next[j] = std::tanh(z) * at(3)[b * 3 + j];
        y[b * 3 + j] = next[j] * next[j] + at(4)[j] + count[b * 3 + j];
      }
      for (size_t j = 0; j < 3; ++j) count[b * 3 + j] += s[b * 3 + j], s[b * 3 + j] = next[j];
    }
    wanted.insert(wanted.end(), y.begin(), y.end());
  }
  const auto got = run({rig.scanned.outputs[0], rig.scanned.states[0]}, rig.inputs, feeds);
  const auto outputs = values<double>(got[0]), last = values<double>(got[1]);
  ASSERT_EQ(outputs.size(), wanted.size());
  for (size_t i = 0; i < wanted.size(); ++i) EXPECT_NEAR(outputs[i], wanted[i], 1e-12) << i;
  for (size_t i = 0; i < s.size(); ++i) EXPECT_NEAR(last[i], s[i], 1e-12) << i;

  for (const bool training : {false, true}) {
    const Symbol loss = sum(sin(rig.scanned.outputs[0])) + sum(cos(rig.scanned.states[0]));
    std::vector<Symbol> learned(rig.inputs.begin(), rig.inputs.end() - 1), all{loss};
    for (const Symbol& g : gradients(loss, learned)) {
      ASSERT_TRUE(static_cast<bool>(g));
      all.push_back(g);
    }
    Plan plan(rig.inputs, all, training);
    std::vector<const Tensor*> given;
    for (const Tensor& feed : feeds) given.push_back(&feed);
    plan.run(given);
    std::vector<std::vector<double>> found;
    for (size_t i = 0; i < learned.size(); ++i) found.push_back(values<double>(plan.output(i + 1)));
    for (size_t i = 0; i < learned.size(); ++i) {
      const auto v = feeds[i].dense().values<double>();
      ASSERT_EQ(found[i].size(), v.size());
      for (size_t k = 0; k < v.size(); ++k) {
        const double kept = v[k];
        const auto loss_at = [&](double value) {
          v[k] = value;
          plan.run(given);
          return values<double>(plan.output(0))[0];
        };
        const double slope = (loss_at(kept + 1e-6) - loss_at(kept - 1e-6)) / 2e-6;
        v[k] = kept;
        EXPECT_NEAR(found[i][k], slope, 1e-6 * std::max(1.0, std::abs(slope))) << "input " << i << ' ' << k;
      }
    }
  }
}

TEST(Scan, IsALoop) { expect_right(false, 4, 2, std::vector<double>(8, 1)); }
TEST(Scan, OfOneStepAndRow) { expect_right(false, 1, 1, {1}); }
TEST(Scan, OfNoStep) { expect_right(false, 0, 2, {}); }
TEST(Scan, OfNoRow) { expect_right(false, 3, 0, {}); }
TEST(Scan, KeepsTheStatesOfRowsThatDoNotCount) {
  expect_right(true, 5, 3, {1, 0, 1, 1, 1, 0, 0, 0, 0, 1, 0, 0, 1, 1, 1});
  expect_right(true, 2, 2, {0, 0, 0, 0});
}

TEST(Scan, GivesTheSameBitsOnAnyThreads) {
  const Rig rig(true);
  const Symbol loss = sum(rig.scanned.outputs[0]);
  const auto g = gradients(loss, {rig.x, rig.weight, rig.bias});
  std::vector<double> mask(40 * 64, 1);
  for (size_t i = 0; i < mask.size(); i += 7) mask[i] = 0;
  const std::vector<Tensor> feeds = feeds_of(40, 64, mask);
  const size_t before = num_threads();
  std::vector<std::vector<double>> first;
  for (const size_t threads : {1, 4}) {
    set_num_threads(threads);
    const auto got = run(g, rig.inputs, feeds);
    for (size_t i = 0; i < got.size(); ++i) {
      if (threads == 1) first.push_back(values<double>(got[i]));
      else EXPECT_EQ(values<double>(got[i]), first[i]);
    }
  }
  set_num_threads(before);
}

TEST(Scan, TakesAnyBatch) {
  const Rig rig(false);
  for (const Dim batch : {3, 1, 4}) {
    const auto got = run({rig.scanned.states[0]}, rig.inputs,
                         feeds_of(2, batch, std::vector<double>(static_cast<size_t>(2 * batch), 1)));
    EXPECT_EQ(got[0].shape(), (Shape{batch, 3}));
  }
}

TEST(Scan, SaysWhatDoesNotFit) {
  const Symbol xt = input({None, 3}, "x_t"), s = input({None, 2}, "s");
  EXPECT_THROW(scan({{xt}, {s}, {xt}, {xt}}, {input({None, None, 3}, "x")}, {Symbol()}), InvalidArgument);
  EXPECT_THROW(scan({{xt}, {}, {xt}, {}}, {input({None, None, 4}, "x")}, {}), InvalidArgument);
  EXPECT_THROW(scan({{xt}, {}, {xt}, {}}, {}, {}), InvalidArgument);
}

}  // namespace
}  // namespace lacuna

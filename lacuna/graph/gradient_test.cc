// Gradients as symbols: what flows where, what is shared, and what is refused. The contract test checks the
// gradient of each op.
#include "lacuna/graph/gradient.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "lacuna/graph/registry.h"
#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/elementwise/compare.h"
#include "lacuna/ops/elementwise/unary.h"
#include "lacuna/ops/parts/cast.h"
#include "lacuna/ops/products/dot.h"
#include "lacuna/ops/products/take.h"
#include "lacuna/ops/reductions/reduce.h"
#include "lacuna/ops/testing.h"

namespace lacuna {
namespace {

using test::dense;
using test::run;
using test::values;

Symbol float_input(const Shape& shape, Storage storage = Storage::dense) {
  return placeholder({shape, DType::float32, storage}, "x");
}

TEST(Gradient, UsesAddUp) {
  const Symbol x = float_input({3});
  const Symbol loss = sum(add(multiply(x, x), x));  // x² + x
  const auto g = gradients(loss, {x});
  EXPECT_EQ(values(run(g, {x}, {dense({3}, {1, 2, -3})})[0]), (std::vector<float>{3, 5, -5}));
}

TEST(Gradient, OfTheLossByItselfIsOne) {
  const Symbol x = float_input({2});
  const Symbol loss = sum(x);
  EXPECT_EQ(values(run(gradients(loss, {loss}), {x}, {dense({2}, {4, 5})})[0]), std::vector<float>{1});
}

TEST(Gradient, IsEmptyWhereTheLossDoesNotDepend) {
  const Symbol x = float_input({2}), y = float_input({3}),
               unused = placeholder({{2}, DType::float32, Storage::dense}, "y");
  const Symbol loss = sum(square(x));
  const auto g = gradients(loss, {x, unused, y, square(y)});
  EXPECT_TRUE(g[0]);
  for (size_t i = 1; i < g.size(); ++i) EXPECT_FALSE(g[i]) << i;
}

TEST(Gradient, DoesNotFlowThroughStepsAndStops) {
  const Symbol x = float_input({2});
  EXPECT_FALSE(gradients(sum(greater(x, constant(0.0, DType::float32))), {x})[0]);
  EXPECT_FALSE(gradients(sum(stop_gradient(x)), {x})[0]);
  const Symbol beside = sum(multiply(x, stop_gradient(x)));  // The same as x times a constant.
  EXPECT_EQ(values(run(gradients(beside, {x}), {x}, {dense({2}, {3, 4})})[0]), (std::vector<float>{3, 4}));
}

TEST(Gradient, IsOfAScalarAndNeverOfWholeNumbers) {
  const Symbol x = float_input({2}), ids = placeholder({{2}, DType::int32, Storage::dense}, "ids");
  EXPECT_THROW(gradients(x, {x}), InvalidArgument);
  EXPECT_FALSE(gradients(sum(ids), {ids})[0]);
}

// An op that does not define its gradient.
struct Silent final : Op {
  std::string_view name() const override { return "silent"; }
  const Rules& rules() const override {
    static const Rules rules{{{{Storage::dense}, {Storage::dense}, nullptr}}};
    return rules;
  }
  std::string_view cost(const Rule&) const override { return "elements"; }
  std::vector<Spec> infer(std::span<const Spec> in) const override { return {in[0]}; }
};

TEST(Gradient, OfAnOpThatSaysNoneIsAnErrorThatNamesIt) {
  const Symbol x = float_input({2});
  const Symbol loss = sum(apply(std::make_shared<Silent>(), {x}));
  EXPECT_NE(message_of<InvalidArgument>([&] { gradients(loss, {x}); }).find("silent"), std::string::npos);
  const Symbol other = float_input({2});
  EXPECT_NO_THROW(
      gradients(add(loss, sum(square(other))), {constant(1.0, DType::float32)}));  // It is not asked.
}

TEST(Gradient, SharesNodesWithTheForwardPass) {
  const Symbol x = float_input({2});
  const Symbol y = exp(x);
  const auto g = gradients(sum(y), {x});
  Plan plan({x}, {y, g[0]}, false);
  int exponentials = 0;
  const Tensor fed = dense({2}, {0, 1});
  plan.observe(std::vector<const Tensor*>{&fed}, 0, 0,
               [&](const Plan::Ran& ran) { exponentials += ran.node.op().name() == "exp"; });
  EXPECT_EQ(exponentials, 1);
}

TEST(Gradient, HasTheStorageThatItsFormSays) {
  const Symbol x = float_input({None, 9}, Storage::csr), w = float_input({9, 2});
  const auto g = gradients(sum(dot(x, w)), {w, x});
  EXPECT_EQ(g[0].storage(), Storage::row_sparse);  // Rows of the columns that are named.
  EXPECT_EQ(g[1].storage(), Storage::csr);         // The pattern of x.
  EXPECT_EQ(g[0].shape(), (Shape{9, 2}));
}

TEST(Gradient, OfADeepGraphTakesNoStack) {
  const Symbol x = float_input({1});
  Symbol y = x;
  for (int i = 0; i < 20'000; ++i) y = add(y, x);
  const auto g = gradients(sum(y), {x});
  ASSERT_TRUE(g[0]);
}

TEST(Substitute, InfersStoragesAndTypesAgain) {
  const Symbol x = float_input({None, 4}), w = float_input({4, 2});
  const Symbol y = dot(square(x), w);
  const Symbol sparse = placeholder({{None, 4}, DType::float32, Storage::csr}, "x");
  const auto again = substitute({y, x, w}, {x}, {sparse});
  EXPECT_EQ(again[1], sparse);
  EXPECT_EQ(again[2], w);
  EXPECT_EQ(again[0].node()->in(0).storage(), Storage::csr);
  EXPECT_EQ(substitute({y}, {}, {})[0], y);
}

TEST(Substitute, RefusesWhatNoKernelTakes) {
  const Symbol x = float_input({None, 4});
  const Symbol sparse = placeholder({{None, 4}, DType::float32, Storage::csr}, "x");
  EXPECT_THROW(substitute({exp(x)}, {x}, {sparse}), InvalidArgument);
}

}  // namespace
}  // namespace lacuna

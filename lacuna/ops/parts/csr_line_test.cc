// Tests of csr with a csr row or column: multiply, and its use of broadcast_at and sum_at.
#include <gtest/gtest.h>

#include "lacuna/graph/gradient.h"
#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/parts/broadcast_at.h"
#include "lacuna/ops/reductions/reduce.h"
#include "lacuna/ops/testing.h"

namespace lacuna {
namespace {

using namespace test;

TEST(CsrLine, ScalesRowsAndColumns) {
  const Tensor a = csr(dense({2, 3}, {1, 2, 0, 0, 3, 4})), row = csr(dense({1, 3}, {5, 0, 6})),
               column = csr(dense({2, 1}, {0, 7}));
  const Symbol x = input(a), r = placeholder(row.spec(), "row"), c = input(column);
  const Symbol by_row = multiply(x, r), by_column = multiply(c, x);
  EXPECT_EQ(by_row.storage(), Storage::csr);
  EXPECT_EQ(by_row.shape(), (Shape{None, 3}));
  std::vector<Symbol> outputs{by_row, by_column};
  for (const Symbol& g : gradients(sum(multiply(by_row, by_row)), {x, r})) outputs.push_back(g);
  for (const Symbol& g : gradients(sum(multiply(by_column, by_column)), {x, c})) outputs.push_back(g);
  const auto out = run(outputs, {x, r, c}, {a, row, column});
  EXPECT_EQ(values(out[0]), (std::vector<float>{5, 0, 0, 0, 0, 24}));
  EXPECT_EQ(values(out[1]), (std::vector<float>{0, 0, 0, 0, 21, 28}));
  EXPECT_EQ(out[0].csr().nonzeros(), 4u);
  EXPECT_EQ(values(out[2]), (std::vector<float>{50, 0, 0, 0, 0, 288}));  // 2 y r
  EXPECT_TRUE(std::ranges::equal(out[3].csr().values<float>(), std::vector<float>{10, 192}));
  EXPECT_EQ(values(out[4]), (std::vector<float>{0, 0, 0, 0, 294, 392}));
  EXPECT_TRUE(std::ranges::equal(out[5].csr().values<float>(), std::vector<float>{2 * (21 * 3 + 28 * 4)}));
}

TEST(CsrLine, ColumnsWithoutNumber) {
  constexpr Dim kWide = Dim{1} << 40;
  const Tensor a = wide_csr(2, kWide, {0, 2, 3}, {7, kWide - 1, 7}, {1, 2, 3}),
               row = wide_csr(1, kWide, {0, 2}, {3, 7}, {4, 5});
  const Symbol x = input(a), r = placeholder(row.spec(), "row"), y = multiply(r, x);
  const auto out = run({y, gradients(sum(y), {r})[0]}, {x, r}, {a, row});
  EXPECT_TRUE(std::ranges::equal(out[0].csr().values<float>(), std::vector<float>{5, 0, 15}));
  EXPECT_TRUE(std::ranges::equal(out[1].csr().values<float>(), std::vector<float>{0, 4}));
}

TEST(CsrLine, OthersAreErrors) {
  const Symbol x = placeholder({{None, 3}, DType::float32, Storage::csr}, "x"),
               row = placeholder({{1, 3}, DType::float32, Storage::csr}, "row"),
               column = placeholder({{None, 1}, DType::float32, Storage::csr}, "column");
  EXPECT_TRUE(message_of<InvalidArgument>([&] { add(x, row); }).starts_with("add: "));
  EXPECT_TRUE(message_of<InvalidArgument>([&] { maximum(column, x); }).starts_with("maximum: "));
  EXPECT_TRUE(message_of<InvalidArgument>([&] { multiply(row, column); }).starts_with("multiply: "));
}

TEST(CsrLine, AveragesWhatItRepeats) {
  const Tensor a = csr(dense({2, 2}, {1, 0, 2, 3})), row = csr(dense({1, 2}, {5, 6}));
  const Symbol x = input(a), r = placeholder(row.spec(), "row");
  EXPECT_EQ(values(run({broadcast_at(r, x, {}, true)}, {x, r}, {a, row})[0]),
            (std::vector<float>{2.5f, 0, 2.5f, 3}));
}

// A different row in each run, so that anything that one run leaves behind in the scratch would show in the
// next.
TEST(CsrLine, LeavesNothingBehind) {
  const Tensor a = csr(dense({2, 3}, {1, 2, 3, 4, 5, 6})), first = csr(dense({1, 3}, {5, 0, 6})),
               second = csr(dense({1, 3}, {0, 7, 0}));
  const Symbol x = input(a), r = placeholder(first.spec(), "row");
  Plan plan({x, r}, {multiply(x, r)}, false);
  plan.run(std::vector<const Tensor*>{&a, &first}, 0, 0);
  EXPECT_EQ(values(plan.output(0)), (std::vector<float>{5, 0, 18, 20, 0, 36}));
  plan.run(std::vector<const Tensor*>{&a, &second}, 0, 0);
  EXPECT_EQ(values(plan.output(0)), (std::vector<float>{0, 14, 0, 0, 35, 0}));
}

}  // namespace
}  // namespace lacuna

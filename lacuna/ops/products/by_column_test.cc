// Tests of by_column.
#include "lacuna/ops/products/by_column.h"

#include <gtest/gtest.h>

#include "lacuna/graph/registry.h"
#include "lacuna/ops/products/dot_t.h"
#include "lacuna/ops/products/take.h"
#include "lacuna/ops/testing.h"

namespace lacuna {
namespace {

using namespace test;

// The gradient that an optimizer computes from factors: row ids[i] is row i of entries times dy.
std::vector<double> multiplied(const std::vector<Tensor>& factors, size_t rows, size_t width) {
  const auto ids = factors[0].dense().values<int64_t>();
  const auto entries = values(to_dense(factors[1])), dy = values(factors[2]);
  const size_t places = dy.size() / width;
  std::vector<double> result(rows * width);
  for (size_t i = 0; i < ids.size(); ++i)
    for (size_t r = 0; r < places; ++r)
      for (size_t j = 0; j < width; ++j)
        result[static_cast<size_t>(ids[i]) * width + j] += entries[i * places + r] * dy[r * width + j];
  return result;
}

FormedGradient<Symbol> factors_of(const Symbol& gradient) {
  return gradient.node()->op().factors(*gradient.node());
}

void expect_near(const std::vector<double>& a, const std::vector<float>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], 1e-5) << i;
}

TEST(ByColumn, FactorsMakeTheProduct) {
  const Tensor a = csr(random_dense({30, 50}, 1, 0.9)), dy = random_dense({30, 40}, 2);
  const Symbol x = input(a), g = input(dy), product = dot_t(x, g);
  const auto factors = factors_of(product);
  ASSERT_TRUE(factors);
  const auto out = run({product, factors.ids(), factors.entries(), factors.dy()}, {x, g}, {a, dy});
  const auto ids = out[1].dense().values<int64_t>(), same = out[0].row_sparse().row_ids();
  EXPECT_TRUE(std::ranges::equal(ids, same));
  EXPECT_LT(ids.size(), 50u);  // Columns without an entry have no row.
  expect_near(multiplied({out[1], out[2], out[3]}, 50, 40), values(to_dense(out[0])));
}

TEST(ByColumn, FactorsOfTakeMakeItsGradient) {
  const auto w = std::make_shared<Variable>("w", random_dense({9, 2, 20}, 1).dense());
  const Tensor ids = dense<int64_t>({4, 2}, {8, 3, 3, 0, 8, 8, 5, 3}), dy = random_dense({4, 2, 2, 20}, 2);
  const Symbol x = input(ids), g = input(dy), y = take(read(w), x);
  const Symbol dw = y.node()->op().gradient(*y.node(), std::vector{g}, {true, false})[0];
  const auto factors = factors_of(dw);
  ASSERT_TRUE(factors);
  const auto out = run({dw, factors.ids(), factors.entries(), factors.dy()}, {x, g}, {ids, dy});
  EXPECT_EQ(out[1].dense().size(), 4u);
  expect_near(multiplied({out[1], out[2], out[3]}, 9, 40), values(to_dense(out[0])));
  EXPECT_THROW(run({factors.ids()}, {x, g}, {dense<int64_t>({1, 2}, {0, 9}), dy}), std::out_of_range);
}

TEST(ByColumn, NarrowRowsAndDenseProductsHaveNoFactors) {
  const Tensor a = csr(random_dense({5, 6}, 1, 0.5)), full = random_dense({5, 6}, 1);
  const Tensor narrow = random_dense({5, 2}, 2), wide = random_dense({5, 200}, 2);
  EXPECT_FALSE(factors_of(dot_t(input(a), input(narrow))));
  EXPECT_TRUE(factors_of(dot_t(input(a), input(wide))));
  EXPECT_FALSE(factors_of(dot_t(input(full), input(wide))));
  const auto one = factors_of(dot_t(input(a), input(random_dense({5, 1}, 2))));
  EXPECT_EQ(one.form(), GradientForm::one_unit);
  EXPECT_EQ(one.parts().size(), 2u);
}

}  // namespace
}  // namespace lacuna

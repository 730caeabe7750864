// Tests of batch_dot.
#include "lacuna/ops/products/batch_dot.h"

#include <gtest/gtest.h>

#include "lacuna/graph/gradient.h"
#include "lacuna/ops/reductions/reduce.h"
#include "lacuna/ops/testing.h"

namespace lacuna {
namespace {

using namespace test;

void equals_mimic(const Shape& a_shape, const Shape& b_shape, int axis_a, int axis_b, const Shape& result,
                  bool sparse = false) {
  const bool first = a_shape.size() == 2;  // Which one is csr.
  Tensor a = random_dense(a_shape, 1, sparse && first ? 0.6 : 0),
         b = random_dense(b_shape, 2, sparse && !first ? 0.6 : 0);
  if (sparse) (first ? a : b) = csr(first ? a : b);
  const Symbol x = input(a), y = input(b);
  const Symbol c = batch_dot(x, y, axis_a, axis_b);
  const auto out = run({c}, {x, y}, {a, b});
  EXPECT_EQ(out[0].shape(), result);
  const auto as = values(a), bs = values(b), cs = values(out[0]);
  const bool flat_a = a_shape.size() == 2, flat_b = b_shape.size() == 2;
  const auto batch = static_cast<size_t>(a_shape[0]),
             k = static_cast<size_t>(a_shape[static_cast<size_t>(axis_a)]);
  const size_t m = flat_a ? 1 : static_cast<size_t>(a_shape[static_cast<size_t>(3 - axis_a)]);
  const size_t n = flat_b ? 1 : static_cast<size_t>(b_shape[static_cast<size_t>(3 - axis_b)]);
  for (size_t i = 0; i < batch; ++i)
    for (size_t p = 0; p < m; ++p)
      for (size_t q = 0; q < n; ++q) {
        double sum = 0;
        for (size_t l = 0; l < k; ++l) {
          const double left = as[i * m * k + (flat_a || axis_a == 2 ? p * k + l : l * m + p)];
          const double right = bs[i * n * k + (flat_b || axis_b == 1 ? l * n + q : q * k + l)];
          sum += left * right;
        }
        EXPECT_NEAR(cs[(i * m + p) * n + q], sum, 1e-4);
      }
}

TEST(BatchDot, AllRanksAndAxes) {
  equals_mimic({3, 5}, {3, 5}, 1, 1, {3, 1});
  equals_mimic({3, 2, 5}, {3, 5, 4}, 2, 1, {3, 2, 4});
  equals_mimic({3, 5, 2}, {3, 5, 4}, 1, 1, {3, 2, 4});
  equals_mimic({3, 2, 5}, {3, 4, 5}, 2, 2, {3, 2, 4});
  equals_mimic({3, 5, 2}, {3, 4, 5}, 1, 2, {3, 2, 4});
  equals_mimic({3, 12, 20}, {3, 20, 14}, 2, 1, {3, 12, 14});
  equals_mimic({3, 20, 12}, {3, 14, 20}, 1, 2, {3, 12, 14});
  equals_mimic({3, 2, 5}, {3, 5}, 2, 1, {3, 2});
  equals_mimic({3, 5}, {3, 5, 4}, 1, 1, {3, 4});
  equals_mimic({3, 5}, {3, 4, 5}, 1, 2, {3, 4});
  equals_mimic({3, 50}, {3, 50, 40}, 1, 1, {3, 40});
  equals_mimic({3, 50}, {3, 40, 50}, 1, 2, {3, 40});
}

TEST(BatchDot, OneOfRankTwoMayBeCsr) {
  equals_mimic({3, 5}, {3, 5, 4}, 1, 1, {3, 4}, true);
  equals_mimic({3, 5}, {3, 4, 5}, 1, 2, {3, 4}, true);
  equals_mimic({3, 2, 5}, {3, 5}, 2, 1, {3, 2}, true);
  equals_mimic({3, 5, 2}, {3, 5}, 1, 1, {3, 2}, true);
}

TEST(BatchDot, RowsOfColumnsWithoutNumber) {
  constexpr Dim kWide = Dim{1} << 40;
  const Tensor a = wide_csr(2, kWide, {0, 2, 3}, {7, kWide - 1, 3}, {1, 2, 3}),
               b = wide_csr(2, kWide, {0, 1, 3}, {kWide - 1, 3, 5}, {4, 5, 6});
  const Symbol x = input(a), y = input(b), z = batch_dot(x, y, 1, 1);
  const auto out = run({z, gradients(sum(z), {x, y})[1]}, {x, y}, {a, b});
  EXPECT_EQ(values(out[0]), (std::vector<float>{8, 15}));
  EXPECT_TRUE(std::ranges::equal(out[1].csr().values<float>(), std::vector<float>{2, 3, 0}));
}

TEST(BatchDot, Errors) {
  const Symbol a = placeholder({{None, 5}}, "a"), b = placeholder({{None, 4}}, "b");
  EXPECT_EQ(
      message_of<InvalidArgument>([&] { batch_dot(a, b, 1, 1); }),
      "row_dot: a and b must be matrices of one shape. Received: a=(None, 5) dense, b=(None, 4) dense.");
  EXPECT_EQ(message_of<InvalidArgument>([&] { batch_dot(a, b, 0, 1); }),
            "batch_dot: axes must be axes of a and b other than the batch. Received: axes=(0, 1), a=(None, "
            "5) dense, "
            "b=(None, 4) dense.");
  const Symbol sparse = placeholder({{None, 5}, DType::float32, Storage::csr}, "sparse"),
               matrices = placeholder({{None, 5, 4}}, "matrices");
  EXPECT_EQ(
      message_of<InvalidArgument>([&] { batch_dot(sparse, matrices, 1, 2); }),
      "batch_dot: a and b must have one batch and one size along their axes. Received: of rank 2=(None, 5) "
      "csr, of rank 3=(None, 5, 4) dense, axes=(1, 2).");
}

}  // namespace
}  // namespace lacuna

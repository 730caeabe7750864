#include "lacuna/ops/batch_dot.h"

#include <gtest/gtest.h>

#include "lacuna/ops/testing.h"

namespace lacuna {
namespace {

using namespace test;

void equals_mimic(const Shape& a_shape, const Shape& b_shape, int axis_a, int axis_b, const Shape& result) {
  const Tensor a = random_dense(a_shape, 1), b = random_dense(b_shape, 2);
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
}

TEST(BatchDot, Errors) {
  const Symbol a = placeholder({{None, 5}}, "a"), b = placeholder({{None, 4}}, "b");
  EXPECT_EQ(
      message_of<InvalidArgument>([&] { batch_dot(a, b, 1, 1); }),
      "row_dot: a and b must be matrices of one shape. Received: a=(None, 5) dense, b=(None, 4) dense.");
  EXPECT_EQ(
      message_of<InvalidArgument>([&] { batch_dot(a, b, 0, 1); }),
      "batch_dot: axes must be of the tensors, the batch aside. Received: axes=(0, 1), a=(None, 5) dense, "
      "b=(None, 4) dense.");
}

}  // namespace
}  // namespace lacuna

// Tests of repeat_columns.
#include "lacuna/ops/shape/repeat_columns.h"

#include <gtest/gtest.h>

#include "lacuna/graph/gradient.h"
#include "lacuna/graph/registry.h"
#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/elementwise/unary.h"
#include "lacuna/ops/reductions/reduce.h"
#include "lacuna/ops/testing.h"

namespace lacuna {
namespace {

using namespace test;

TEST(RepeatColumns, EachColumnOneAfterAnother) {
  const Tensor full = dense({2, 3}, {1, 0, 2, 0, 3, 0}),
               w = dense({2, 6}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
  for (const Tensor& a : {full, csr(full)}) {
    const Symbol x = input(a), y = repeat_columns(x, 2), z = input(w);
    EXPECT_EQ(y.storage(), a.storage());
    const auto out = run({y, gradients(sum(multiply(y, z)), {x})[0]}, {x, z}, {a, w});
    EXPECT_EQ(values(out[0]), (std::vector<float>{1, 1, 0, 0, 2, 2, 0, 0, 3, 3, 0, 0}));
    EXPECT_EQ(values(out[1]), a.storage() == Storage::csr ? (std::vector<float>{3, 0, 11, 0, 19, 0})
                                                          : (std::vector<float>{3, 7, 11, 15, 19, 23}));
  }
}

TEST(RepeatColumns, CostsEntriesWhateverTheColumns) {
  constexpr Dim kColumns = (Dim{1} << 31) - 1;  // The result has more columns than int32 can index.
  tensor::Csr a;
  a.resize(2, kColumns, 2, DType::float32);
  std::ranges::copy(std::vector{1.0f, 2.0f}, a.values<float>().begin());
  std::ranges::copy(std::vector{4, static_cast<int>(kColumns - 1)}, a.indices.as<int32_t>().begin());
  std::ranges::copy(std::vector{0, 1, 2}, a.indptr.as<int32_t>().begin());
  const Symbol x = input(a), y = repeat_columns(repeat_columns(x, 2), 2);
  const auto out = run({y, gradients(sum(multiply(y, y)), {x})[0]}, {x}, {a});
  EXPECT_EQ(out[0].shape(), (Shape{2, 4 * kColumns}));
  EXPECT_TRUE(std::ranges::equal(out[0].csr().indices.as<int64_t>(),
                                 std::vector<int64_t>{16, 17, 18, 19, 4 * kColumns - 4, 4 * kColumns - 3,
                                                      4 * kColumns - 2, 4 * kColumns - 1}));
  EXPECT_TRUE(std::ranges::equal(out[1].csr().values<float>(), std::vector<float>{8, 16}));
}

TEST(RepeatColumns, Errors) {
  const Symbol x = placeholder({{None, Dim{1} << 40}, DType::float32, Storage::csr}, "x");
  EXPECT_EQ(message_of<InvalidArgument>([&] { repeat_columns(x, int64_t{1} << 23); }),
            "repeat_columns: the result must have fewer than 2^63 columns. Received: columns=1099511627776, "
            "n=8388608.");
  const Symbol full = placeholder({{None, 3}, DType::float32}, "x");
  EXPECT_EQ(message_of<InvalidArgument>([&] { repeat_columns(full, int64_t{1} << 40); }),
            "repeat_columns: a dense result must have fewer than 2^31 columns. Received: x=(None, 3) dense, "
            "n=1099511627776.");
  const Symbol flags = placeholder({{None, 3}, DType::boolean}, "x");
  EXPECT_EQ(message_of<InvalidArgument>([&] { repeat_columns(flags, 2); }),
            "repeat_columns: x must be float32, float64, int32 or int64. Received: x=(None, 3) dense bool.");
}

TEST(RepeatColumns, GradientOfItsGradient) {
  for (const bool sparse : {false, true}) {
    const Tensor full = dense({1, 2}, {1, 2}), a = sparse ? csr(full) : full;
    const Symbol x = input(a), g = gradients(sum(square(repeat_columns(x, 2))), {x})[0];  // 4 x
    const auto out = run(gradients(add(sum(x), sum(square(g))), {x}), {x}, {a});
    EXPECT_EQ(values(out[0]), (std::vector<float>{33, 65}));
  }
}

TEST(RepeatColumns, OtherShapesAndPlacesAreErrors) {
  const Tensor a = dense({2, 6}, std::vector<float>(12, 1)), w = dense({4, 6}, std::vector<float>(24, 1));
  const Symbol x = input(a), y = placeholder({{None, None}, DType::float32}, "y");
  const Symbol g = gradients(sum(repeat_columns(x, 2)), {x})[0];
  ASSERT_EQ(g.node()->op().name(), "repeat_columns_gradient");
  const Symbol other = lacuna::apply(g.node()->shared_op(), {y, x});
  // As many values as two for each of x, but another number of columns.
  EXPECT_TRUE(message_of<InvalidArgument>([&] {
                run({other}, {x, y}, {a, w});
              }).starts_with("repeat_columns_gradient: dy must have n values for each of x"));
}

}  // namespace
}  // namespace lacuna

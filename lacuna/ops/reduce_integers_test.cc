#include <gtest/gtest.h>

#include "lacuna/ops/reduce.h"
#include "lacuna/ops/testing.h"

namespace lacuna {
namespace {

using namespace test;

TEST(ReduceIntegers, AreExactAndKeepCsrZeros) {
  constexpr int64_t kBig = (int64_t{1} << 53) + 1;  // No float64.
  const Tensor full = dense<int64_t>({2, 3}, {kBig, 0, 2, 3, -4, 5});
  for (const Tensor& a : {full, csr(full)}) {
    const Symbol x = input(a);
    const auto out =
        run({sum(x), sum(x, {1}), prod(x, {0}), max(x, {1}, true), min(x), mean(x, {1})}, {x}, {a});
    EXPECT_EQ(values<int64_t>(out[0]), (std::vector<int64_t>{kBig + 6}));
    EXPECT_EQ(values<int64_t>(out[1]), (std::vector<int64_t>{kBig + 2, 4}));
    EXPECT_EQ(values<int64_t>(out[2]), (std::vector<int64_t>{3 * kBig, 0, 10}));
    EXPECT_EQ(out[3].shape(), (Shape{2, 1}));
    EXPECT_EQ(values<int64_t>(out[3]), (std::vector<int64_t>{kBig, 5}));
    EXPECT_EQ(values<int64_t>(out[4]), (std::vector<int64_t>{-4}));
    EXPECT_FLOAT_EQ(values(out[5])[1], 4.0f / 3);
  }
}

TEST(ReduceIntegers, DtypesAreNumPys) {
  const Symbol x = placeholder({{None, 3}, DType::int32, Storage::csr}, "x");
  EXPECT_EQ(sum(x).dtype(), DType::int64);
  EXPECT_EQ(prod(x).dtype(), DType::int64);
  EXPECT_EQ(max(x).dtype(), DType::int32);
  EXPECT_EQ(min(x).dtype(), DType::int32);
  EXPECT_EQ(mean(x).dtype(), floatx());
  EXPECT_EQ(stddev(x).dtype(), floatx());
}

}  // namespace
}  // namespace lacuna

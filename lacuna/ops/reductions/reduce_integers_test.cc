// Tests of reductions of integers.
#include <gtest/gtest.h>

#include "lacuna/ops/reductions/reduce.h"
#include "lacuna/ops/testing.h"

namespace lacuna {
namespace {

using namespace test;

TEST(ReduceIntegers, AreExactAndKeepCsrZeros) {
  constexpr int64_t kBig = (int64_t{1} << 53) + 1;  // Not exact in float64.
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

TEST(ReduceIntegers, ExtremesOfNoElementsAreTheLimitsOfTheirDtype) {
  const Tensor a = dense<int32_t>({0, 2}, {}), b = dense<int64_t>({0, 2}, {});
  for (const bool sparse : {false, true}) {
    const Tensor narrow = sparse ? csr(a) : a, wide = sparse ? csr(b) : b;
    const Symbol x = input(narrow), y = input(wide);
    const auto out = run({max(x), min(x, {0}), max(y), min(y)}, {x, y}, {narrow, wide});
    EXPECT_EQ(values<int32_t>(out[0]), (std::vector<int32_t>{std::numeric_limits<int32_t>::min()}));
    EXPECT_EQ(values<int32_t>(out[1]), (std::vector<int32_t>(2, std::numeric_limits<int32_t>::max())));
    EXPECT_EQ(values<int64_t>(out[2]), (std::vector<int64_t>{std::numeric_limits<int64_t>::min()}));
    EXPECT_EQ(values<int64_t>(out[3]), (std::vector<int64_t>{std::numeric_limits<int64_t>::max()}));
  }
}

TEST(ReduceIntegers, ErrorsShowWhatCame) {
  const Symbol x = placeholder({{None, 3}, DType::int32}, "x");
  EXPECT_EQ(message_of<InvalidArgument>([&] { sum(x, {2}); }),
            "sum: an axis must be within the rank of x. Received: axis=2, x=(None, 3) dense int32.");
  const Symbol wide = placeholder({{None, Dim{1} << 40}, DType::int64, Storage::csr}, "x");
  EXPECT_EQ(
      message_of<InvalidArgument>([&] { max(wide, {0}); }),
      "max: a dense result must have fewer than 2^31 rows and columns. Received: result=(1099511627776,), "
      "x=(None, 1099511627776) csr int64.");
}

}  // namespace
}  // namespace lacuna

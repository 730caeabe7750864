// Tests of where.
#include "lacuna/ops/elementwise/where.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lacuna/graph/gradient.h"
#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/reductions/reduce.h"
#include "lacuna/ops/testing.h"

namespace lacuna {
namespace {

using namespace test;

TEST(Where, OfCsrHasEntriesWhereEitherBranchHas) {
  const Tensor x = csr(dense({2, 4}, {1, 0, 2, 0, 0, 3, 0, 0})),
               y = csr(dense({2, 4}, {5, 6, 0, 0, 0, 7, 8, 0}));
  const Tensor full = dense({2, 4}, {0, 0, 1, 1, 1, 1, 0, 0});
  for (const Tensor& c : {full, csr(full)}) {
    const Symbol p = input(c), q = input(x), r = input(y), z = where(p, q, r);
    EXPECT_EQ(z.storage(), Storage::csr);
    const auto g = gradients(sum(multiply(z, z)), {q, r});
    const auto got = run({z, g[0], g[1]}, {p, q, r}, {c, x, y});
    EXPECT_TRUE(got[0].csr().validate("where"));
    EXPECT_EQ(got[0].csr().nonzeros(), 5u);
    EXPECT_EQ(values(got[0]), (std::vector<float>{5, 6, 2, 0, 0, 3, 8, 0}));
    EXPECT_TRUE(std::ranges::equal(got[1].csr().values<float>(), std::vector<float>{0, 4, 6}));
    EXPECT_TRUE(std::ranges::equal(got[2].csr().values<float>(), std::vector<float>{10, 12, 0, 16}));
  }
}

TEST(Where, OfCsrTakesRowsColumnsAndTheNumberZero) {
  const float nan = std::nanf("");
  const Tensor x = csr(dense({2, 3}, {1, nan, 2, 0, 3, nan}));
  const Symbol q = input(x), zero = constant(0.0, DType::float32);
  const auto values_where = [&](const Tensor& c, bool first) {
    const Symbol p = input(c), z = first ? where(p, q, zero) : where(p, zero, q);
    const auto out = run({z, gradients(sum(z), {q})[0]}, {p, q}, {c, x});
    EXPECT_EQ(out[0].csr().nonzeros(), 5u);
    EXPECT_EQ(out[1].csr().nonzeros(), 5u);
    return values(out[0]);
  };
  EXPECT_EQ(values_where(dense({1, 3}, {1, 0, 0}), true), (std::vector<float>{1, 0, 0, 0, 0, 0}));
  EXPECT_EQ(values_where(dense({2, 3}, {0, 1, 0, 0, 0, 1}), false), (std::vector<float>{1, 0, 2, 0, 3, 0}));
  const Tensor column = dense({2, 1}, {1, 0}), y = csr(dense({2, 3}, {1, 0, 2, 0, 3, 0}));
  const Symbol p = input(column), r = input(y);
  EXPECT_EQ(values(run({where(p, zero, r)}, {p, r}, {column, y})[0]), (std::vector<float>{0, 0, 0, 0, 3, 0}));
}

TEST(Where, OfCsrOfColumnsWithoutNumber) {
  constexpr Dim kWide = Dim{1} << 40;
  const Tensor x = wide_csr(2, kWide, {0, 2, 2}, {7, kWide - 1}, {1, 2}),
               y = wide_csr(2, kWide, {0, 1, 2}, {kWide - 1, 3}, {3, 4}), c = dense({2, 1}, {1, 0});
  const Symbol p = input(c), q = input(x), r = input(y);
  const auto out = run({where(p, q, r), where(q, r, q)}, {p, q, r}, {c, x, y});
  EXPECT_TRUE(std::ranges::equal(out[0].csr().values<float>(), std::vector<float>{1, 2, 4}));
  EXPECT_TRUE(std::ranges::equal(out[0].csr().indices.as<int64_t>(), std::vector<int64_t>{7, kWide - 1, 3}));
  EXPECT_TRUE(std::ranges::equal(out[1].csr().values<float>(), std::vector<float>{0, 3, 0}));
}

TEST(Where, Errors) {
  const Symbol c = placeholder({{None, 3}}, "c"), d = placeholder({{None, 3}}, "d"),
               x = placeholder({{None, 3}, DType::float32, Storage::csr}, "x"),
               y = placeholder({{None, 4}, DType::float32, Storage::csr}, "y"),
               wide = placeholder({{None, Dim{1} << 40}, DType::float32, Storage::csr}, "wide"),
               one = constant(1.0, DType::float32);
  EXPECT_TRUE(
      message_of<InvalidArgument>([&] { where(c, x, d); }).starts_with("where: no kernel for storages"));
  EXPECT_TRUE(
      message_of<InvalidArgument>([&] { where(c, x, one); }).starts_with("where: no kernel for storages"));
  EXPECT_EQ(message_of<InvalidArgument>([&] { where(c, x, y); }),
            "where: csr branches must have one shape, and the condition be of that shape or, dense, a row, a "
            "column "
            "or a scalar. Received: condition=(None, 3) dense, x=(None, 3) csr, y=(None, 4) csr.");
  EXPECT_TRUE(message_of<InvalidArgument>([&] {
                where(wide, one, one);
              }).starts_with("where: a dense result must have fewer than 2^31 columns"));
}

TEST(Where, SaysWhichDtypeDoesNotFit) {
  const Symbol flags = placeholder({{None, 3}, DType::boolean}, "c"),
               counts = placeholder({{None, 3}, DType::int32, Storage::csr}, "c"),
               x = placeholder({{None, 3}, DType::float32}, "x");
  EXPECT_EQ(message_of<InvalidArgument>([&] { where(flags, x, x); }),
            "where: condition must be float32, float64, int32 or int64. Received: condition=(None, 3) dense "
            "bool, x=(None, 3) dense, y=(None, 3) dense.");
  EXPECT_EQ(
      message_of<InvalidArgument>([&] { where(counts, x, x); }),
      "where: a csr condition must have a float dtype. Received: condition=(None, 3) csr int32, x=(None, "
      "3) dense, y=(None, 3) dense.");
}

}  // namespace
}  // namespace lacuna

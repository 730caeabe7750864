// Tests of cumsum and cumprod.
#include "lacuna/ops/reductions/cumulative.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lacuna/graph/gradient.h"
#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/elementwise/unary.h"
#include "lacuna/ops/reductions/reduce.h"
#include "lacuna/ops/testing.h"

namespace lacuna {
namespace {

using namespace test;

TEST(Cumulative, AlongAnyAxisFromBothEnds) {
  const Tensor a = dense({2, 3}, {1, 2, 3, 4, 5, 6});
  const Symbol x = input(a);
  const auto out = run({cumsum(x), cumsum(x, 1), cumsum(x, -1, true), cumprod(x), cumprod(x, 1)}, {x}, {a});
  EXPECT_EQ(values(out[0]), (std::vector<float>{1, 2, 3, 5, 7, 9}));
  EXPECT_EQ(values(out[1]), (std::vector<float>{1, 3, 6, 4, 9, 15}));
  EXPECT_EQ(values(out[2]), (std::vector<float>{6, 5, 3, 15, 11, 6}));
  EXPECT_EQ(values(out[3]), (std::vector<float>{1, 2, 3, 4, 10, 18}));
  EXPECT_EQ(values(out[4]), (std::vector<float>{1, 2, 6, 4, 20, 120}));
}

TEST(Cumulative, GradientOfProductsWithZeros) {
  const Tensor a = dense({2, 4}, {2, 0, 3, 4, 0, 5, 0, 7}), w = dense({2, 4}, {1, 10, 100, 1000, 1, 1, 1, 1});
  const Symbol x = input(a), y = input(w);
  const auto out = run(gradients(sum(multiply(cumprod(x, 1), y)), {x}), {x, y}, {a, w});
  EXPECT_EQ(values(out[0]), (std::vector<float>{1, 20 + 600 + 24000, 0, 0, 1 + 5, 0, 0, 0}));
}

TEST(Cumulative, LongSumsKeepWhatIsSmall) {
  const Tensor a = dense({100001}, [] {
    std::vector<float> v(100001, 1e-3f);
    v[0] = 1e5f;
    return v;
  }());
  const Symbol x = input(a);
  EXPECT_NEAR(values(run({cumsum(x)}, {x}, {a})[0]).back(), 1e5 + 100, 0.01);
}

TEST(Cumulative, Errors) {
  const Symbol x = placeholder({{None, 3}, DType::float32, Storage::csr}, "x");
  EXPECT_EQ(message_of<InvalidArgument>([&] { cumsum(x); }),
            "cumsum: no kernel for storages (csr). Known: (dense) -> (dense). to_dense(x) makes an input x "
            "dense. Received: (None, 3) csr.");
  EXPECT_EQ(message_of<InvalidArgument>([&] { cumprod(x, 2); }),
            "cumprod: axis must be in [-2, 2). Received: axis=2, x=(None, 3) csr.");
}

TEST(ErfInv, IsTheInverseUpToTheEnds) {
  std::vector<double> given{0,   1e-300,  1e-9, -1e-7, 0.1,       -0.49999,
                            0.5, 0.50001, -0.9, 0.999, 1 - 1e-10, 1 - 1e-16};
  const Tensor a = dense<double>({static_cast<Dim>(given.size())}, given);
  const Symbol x = input(a);
  const auto out = values<double>(run({erfinv(x)}, {x}, {a})[0]);
  for (size_t i = 0; i < given.size(); ++i) {
    const double y = out[i], lacking = 1 - std::abs(given[i]);
    EXPECT_NEAR(std::erf(y), given[i], 4e-16 * std::abs(given[i]));
    EXPECT_NEAR(std::erfc(std::abs(y)), lacking, 1e-14 * lacking);
  }
  const Tensor b = dense({4}, {1, -1, 1.5f, 0.5f});
  const Symbol z = input(b);
  const auto ends = values(run({erfinv(z)}, {z}, {b})[0]);
  EXPECT_EQ(ends[0], std::numeric_limits<float>::infinity());
  EXPECT_EQ(ends[1], -std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(ends[2]));
  EXPECT_FLOAT_EQ(ends[3], 0.476936276f);
}

TEST(Cumulative, ZeroTimesInfinityIsZeroInGradients) {
  const float inf = std::numeric_limits<float>::infinity();
  const Tensor a = dense({3}, {inf, 2, 3}), w = dense({3}, {1, 0, 0}), b = dense({3}, {2, inf, 3});
  const Symbol x = input(a), y = input(w);
  const Symbol dx = gradients(sum(multiply(cumprod(x), y)), {x})[0];
  EXPECT_EQ(values(run({dx}, {x, y}, {a, w})[0]), (std::vector<float>{1, 0, 0}));
  EXPECT_EQ(values(run({dx}, {x, y}, {b, w})[0]), (std::vector<float>{1, 0, 0}));
}

TEST(Cumulative, OtherDtypesAndScalarsAreErrors) {
  const Symbol flags = placeholder({{None, 3}, DType::boolean}, "x"),
               one = placeholder({{}, DType::float32}, "x");
  EXPECT_EQ(message_of<InvalidArgument>([&] { cumsum(flags); }),
            "cumsum: x must be float32, float64, int32 or int64. Received: x=(None, 3) dense bool.");
  EXPECT_EQ(message_of<InvalidArgument>([&] { cumprod(one); }),
            "cumprod: x must have rank 1 or more. Received: x=() dense.");
}

}  // namespace
}  // namespace lacuna

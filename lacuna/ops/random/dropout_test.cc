// Tests of dropout.
#include "lacuna/ops/random/dropout.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "lacuna/ops/testing.h"

namespace lacuna {
namespace {

using namespace test;

TEST(Dropout, DenseAndCsrAgreeAndTheRateHolds) {
  const size_t n = 300 * 200;
  const Tensor x = dense({300, 200}, std::vector<float>(n, 1)), sparse = csr(x);
  const Symbol in = input(x), sparse_in = input(sparse);
  const auto out = run({dropout(in, 0.3, 5), dropout(sparse_in, 0.3, 5)}, {in, sparse_in}, {x, sparse},
                       {.training = true, .step = 4, .seed = 9});
  EXPECT_EQ(out[1].storage(), Storage::csr);
  EXPECT_EQ(out[1].csr().nonzeros(), n);  // The pattern stays.
  const auto y = values(out[0]);
  EXPECT_EQ(values(out[1]), y);
  size_t zeros = 0;
  for (const float v : y) {
    EXPECT_TRUE(v == 0 || v == static_cast<float>(1 / 0.7));
    zeros += v == 0;
  }
  EXPECT_NEAR(static_cast<double>(zeros) / n, 0.3, 0.01);  // About five standard deviations.
  for (size_t j = 0; j < 200; j += 50) {                   // In each column too.
    size_t column = 0;
    for (size_t r = 0; r < 300; ++r) column += y[r * 200 + j] == 0;
    EXPECT_NEAR(static_cast<double>(column) / 300, 0.3, 0.14);
  }
}

TEST(Dropout, OfAnyPhase) {
  const Tensor x = dense({20, 30}, std::vector<float>(600, 1)), sparse = csr(x);
  const Symbol in = input(x), sparse_in = input(sparse);
  for (const bool training : {false, true}) {
    const auto out = run({dropout(in, 0.5, 5, {}, true), dropout(sparse_in, 0.5, 5, {}, true)},
                         {in, sparse_in}, {x, sparse}, {.training = training});
    EXPECT_EQ(std::ranges::count(values(out[0]), 1.f), 0);
    EXPECT_EQ(values(out[0]), values(out[1]));
  }
}

TEST(Dropout, MaskDependsOnSeedKeyAndStepAlone) {
  const Tensor x = dense({20, 30}, std::vector<float>(600, 1));
  const Symbol in = input(x);
  const auto mask = [&](uint64_t key, int64_t step, uint64_t seed) {
    return values(run({dropout(in, 0.5, key)}, {in}, {x}, {.training = true, .step = step, .seed = seed})[0]);
  };
  const auto first = mask(1, 2, 3);
  EXPECT_EQ(mask(1, 2, 3), first);
  EXPECT_NE(mask(2, 2, 3), first);
  EXPECT_NE(mask(1, 3, 3), first);
  EXPECT_NE(mask(1, 2, 4), first);
}

TEST(Dropout, GradientHasTheSameMask) {
  const Tensor x = random_dense({20, 30}, 1), sparse = csr(random_dense({20, 30}, 2, 0.8)),
               dy = random_dense({20, 30}, 3);
  const Symbol in = input(x), sparse_in = input(sparse), d = input(dy);
  const Symbol y = dropout(in, 0.5, 1), z = dropout(sparse_in, 0.5, 1);
  const auto back = [&](const Symbol& s) {
    return s.node()->op().gradient(*s.node(), std::vector{d}, {true})[0];
  };
  EXPECT_EQ(back(z).storage(), Storage::csr);
  const auto out = run({y, back(y), z, back(z)}, {in, sparse_in, d}, {x, sparse, dy}, {.training = true});
  const auto xs = values(x), ys = values(out[0]), ds = values(dy), g = values(out[1]), zs = values(sparse),
             sparse_g = values(out[3]);
  for (size_t i = 0; i < xs.size(); ++i) {
    EXPECT_EQ(g[i], ys[i] == 0 ? 0 : 2 * ds[i]);
    EXPECT_EQ(sparse_g[i], zs[i] == 0 ? 0 : g[i]);
  }
}

TEST(Dropout, PassesThroughWithoutTraining) {
  const Tensor x = random_dense({4, 5}, 1), sparse = csr(x);
  const Symbol in = input(x), sparse_in = input(sparse);
  Plan plan({in, sparse_in}, {dropout(in, 0.5, 1), dropout(sparse_in, 0.5, 1)}, false);
  plan.run(std::vector<const Tensor*>{&x, &sparse});
  EXPECT_EQ(plan.output(0).dense().data.data(), x.dense().data.data());
  EXPECT_EQ(plan.output(1).csr().data.data(), sparse.csr().data.data());
  EXPECT_EQ(values(plan.output(1)), values(x));
}

TEST(Dropout, RateMustBeBelowOne) {
  const Symbol x = placeholder({{None, 3}}, "x");
  EXPECT_EQ(message_of<InvalidArgument>([&] { dropout(x, 1, 0); }),
            "dropout: rate must be in [0, 1). Received: rate=1.");
}

}  // namespace
}  // namespace lacuna

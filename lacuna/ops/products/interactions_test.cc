// Tests of interactions.
#include "lacuna/ops/products/interactions.h"

#include <gtest/gtest.h>

#include "lacuna/graph/gradient.h"
#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/reductions/reduce.h"
#include "lacuna/ops/testing.h"

namespace lacuna {
namespace {

using namespace test;

// The expected y, as a sum over all pairs.
std::vector<double> by_pairs(const Tensor& x, const Tensor& w) {
  const auto rows = static_cast<size_t>(x.shape()[0]), columns = static_cast<size_t>(x.shape()[1]);
  const auto width = static_cast<size_t>(w.shape()[1]);
  const auto a = values(x), b = values(w);
  std::vector<double> result;
  for (size_t r = 0; r < rows; ++r) {
    double sum = 0;
    for (size_t i = 0; i < columns; ++i) {
      sum += a[r * columns + i] * b[i * width + width - 1];
      for (size_t j = 0; j < i; ++j)
        for (size_t f = 0; f + 1 < width; ++f)
          sum += a[r * columns + i] * a[r * columns + j] * b[i * width + f] * b[j * width + f];
    }
    result.push_back(sum);
  }
  return result;
}

TEST(Interactions, AreTheSumOverAllPairs) {
  for (const Dim factors : {1, 3, 16, 37}) {
    const Tensor x = random_dense({11, 20}, 1, 0.7), w = random_dense({20, factors + 1}, 2);
    const Tensor a = csr(x);
    const Symbol dense_x = input(x), csr_x = input(a), weight = input(w);
    const auto out = run({interactions(dense_x, weight), interactions(csr_x, weight)},
                         {dense_x, csr_x, weight}, {x, a, w});
    const auto expected = by_pairs(x, w);
    for (const Tensor& y : out) {
      ASSERT_EQ(y.shape(), (Shape{11, 1}));
      for (size_t r = 0; r < expected.size(); ++r) EXPECT_NEAR(values(y)[r], expected[r], 1e-3) << factors;
    }
  }
}

TEST(Interactions, HaveTheGradientsOfTheDenseMimic) {
  for (const Dim factors : {1, 5, 16, 40}) {
    const Tensor x = random_dense({9, 30}, 3, 0.8), w = random_dense({30, factors + 1}, 4);
    const Tensor a = csr(x), d = random_dense({9, 1}, 5);
    const Symbol dense_x = input(x), csr_x = input(a), weight = input(w), share = input(d);
    const auto of = [&](const Symbol& in) {
      return gradients(sum(multiply(interactions(in, weight), share)), {weight, in});
    };
    const auto dense_g = of(dense_x), csr_g = of(csr_x);
    const auto out =
        run({dense_g[0], csr_g[0], dense_g[1], csr_g[1]}, {dense_x, csr_x, weight, share}, {x, a, w, d});
    EXPECT_EQ(out[1].storage(), Storage::row_sparse);
    const auto expected = values(out[0]), got = values(to_dense(out[1]));
    for (size_t i = 0; i < expected.size(); ++i) ASSERT_NEAR(got[i], expected[i], 1e-4) << i;
    const auto dx = values(out[2]), at = values(to_dense(out[3])), entries = values(x);
    for (size_t i = 0; i < dx.size(); ++i) ASSERT_NEAR(at[i], entries[i] == 0 ? 0 : dx[i], 1e-4) << i;
  }
}

TEST(Interactions, WantAWeightOfFactorsAndOne) {
  const Tensor x = random_dense({3, 4}, 1), narrow = random_dense({4, 1}, 1), w = random_dense({5, 3}, 1);
  EXPECT_THROW(interactions(input(x), input(narrow)), std::invalid_argument);
  EXPECT_THROW(interactions(input(csr(x)), input(narrow)), std::invalid_argument);
}

}  // namespace
}  // namespace lacuna

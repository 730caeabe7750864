// C = op(A) op(B) against a plain loop, and the same bits on any number of threads, many times over: a BLAS
// that is not safe to call from several threads fails here.
#include "lacuna/kernels/matmul.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "lacuna/base/random.h"
#include "lacuna/base/threads.h"

namespace lacuna::kernels {
namespace {

using Sizes = std::array<size_t, 3>;  // m, n, k
constexpr Sizes kSizes[] = {{1, 1, 1},     {3, 5, 0},      {0, 4, 2},      {7, 1, 33},
                            {300, 20, 30}, {512, 256, 64}, {130, 600, 90}, {1024, 1, 1280}};

template <class T>
std::vector<T> random_values(size_t n, Generator& random) {
  std::vector<T> values(n);
  for (T& v : values) v = static_cast<T>(random.normal());
  return values;
}

template <class T>
class Matmul : public testing::Test {};
using Types = testing::Types<float, double>;
TYPED_TEST_SUITE(Matmul, Types);

TYPED_TEST(Matmul, EqualsTheMimicOnAnyNumberOfThreads) {
  using T = TypeParam;
  const size_t before = num_threads();
  Generator random(1);
  for (const auto& [m, n, k] : kSizes)
    for (const bool ta : {false, true})
      for (const bool tb : {false, true}) {
        const auto a = random_values<T>(m * k, random), b = random_values<T>(k * n, random);
        std::vector<T> c(m * n), again(m * n);
        set_num_threads(1);
        matmul(ta, tb, m, n, k, a.data(), ta ? m : k, b.data(), tb ? k : n, c.data());
        for (size_t i = 0; i < m; i += 1 + m / 9)
          for (size_t j = 0; j < n; j += 1 + n / 9) {
            double expected = 0;
            for (size_t l = 0; l < k; ++l)
              expected += double(ta ? a[l * m + i] : a[i * k + l]) * double(tb ? b[j * k + l] : b[l * n + j]);
            ASSERT_NEAR(c[i * n + j], expected, 1e-5 * (1 + std::sqrt(double(k)) * 3));
          }
        set_num_threads(4);
        for (int times = 0; times < 50; ++times) {
          matmul(ta, tb, m, n, k, a.data(), ta ? m : k, b.data(), tb ? k : n, again.data());
          ASSERT_EQ(c, again) << m << ' ' << n << ' ' << k;
        }
      }
  set_num_threads(before);
}

}  // namespace
}  // namespace lacuna::kernels

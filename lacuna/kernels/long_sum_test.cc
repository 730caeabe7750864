// Sums of many numbers keep the digits that NumPy's pairwise sum keeps, in each kernel that sums.
#include "lacuna/kernels/long_sum.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "lacuna/base/random.h"
#include "lacuna/kernels/by_column.h"
#include "lacuna/kernels/csr_dot.h"
#include "lacuna/kernels/csr_t_dot.h"
#include "lacuna/kernels/interactions.h"
#include "lacuna/kernels/one_unit.h"
#include "lacuna/kernels/row_sums.h"

namespace lacuna::kernels {
namespace {

constexpr size_t kMany = size_t{1} << 19;

// Positive numbers, whose float sum would lose four digits; a row of a few in front, and one behind.
struct Long {
  std::vector<float> values;
  std::vector<int32_t> indices;
  Long() : values(kMany + 6), indices(kMany + 6) {
    Generator random(3);
    for (float& v : values) v = 0.1f + 0.1f * static_cast<float>(random.uniform());
    std::iota(indices.begin(), indices.end(), 0);
  }
  double sum(size_t from, size_t to) const {
    return std::accumulate(values.begin() + static_cast<std::ptrdiff_t>(from),
                           values.begin() + static_cast<std::ptrdiff_t>(to), 0.0);
  }
};

constexpr double kNear = 5e-7;  // Relative, of sums of positive numbers.

TEST(LongSum, OfCsrRows) {
  const Long x;
  const std::vector<int32_t> indptr{0, 3, static_cast<int32_t>(kMany) + 3, static_cast<int32_t>(kMany) + 6};
  const CsrView<float> a{3, x.values.data(), x.indices.data(), indptr.data()};
  for (const size_t units : {1, 2, 9, 70}) {
    const std::vector<float> w((kMany + 6) * units, 1.0f);
    std::vector<float> c(3 * units);
    csr_dot(a, w.data(), kMany + 6, units, units, c.data());
    for (size_t r = 0; r < 3; ++r)
      for (size_t j = 0; j < units; ++j) {
        const double expected = x.sum(static_cast<size_t>(indptr[r]), static_cast<size_t>(indptr[r + 1]));
        EXPECT_NEAR(c[r * units + j] / expected, 1, kNear) << units;
      }
  }
}

// One factor for each unit: Σ v = Σ x, and of pairs (Σ v)² - Σ v².
TEST(LongSum, OfInteractions) {
  const Long x;
  const std::vector<int32_t> indptr{0, static_cast<int32_t>(kMany)};
  constexpr size_t kWidth = 20;
  const std::vector<float> w(kMany * kWidth, 1.0f);
  std::vector<float> y(1), sums(kWidth);
  interactions({1, x.values.data(), x.indices.data(), indptr.data()}, w.data(), kWidth, kWidth, y.data(),
               sums.data());
  const double sum = x.sum(0, kMany);
  for (size_t j = 0; j + 1 < kWidth; ++j) EXPECT_NEAR(sums[j] / sum, 1, kNear);
  EXPECT_NEAR(y[0] / ((kWidth - 1) * sum * sum / 2), 1,
              1e-4);  // The squares and the linear part are smaller.
}

// A column of all rows, and a column of the last row alone.
TEST(LongSum, OfCsrColumns) {
  Long x;
  x.values.resize(kMany + 1);
  std::vector<int32_t> indptr(kMany + 1), columns(kMany + 1, 0);
  std::iota(indptr.begin(), indptr.end(), 0);
  indptr.back() = static_cast<int32_t>(kMany) + 1;
  columns.back() = 1;
  const CsrView<float> a{kMany, x.values.data(), columns.data(), indptr.data()};
  const double expected = x.sum(0, kMany), last = x.values.back();
  const auto expect = [&](const std::vector<float>& sums, size_t units) {
    for (size_t j = 0; j < units; ++j) {
      EXPECT_NEAR(sums[j] / expected, 1, kNear);
      EXPECT_EQ(sums[units + j], last);
    }
  };
  const std::vector<float> ones(kMany * 40, 1.0f);
  std::vector<int64_t> ids(kMany + 1);

  std::vector<float> g(2), list(kMany + 1);
  for (const bool names : {false, true}) {
    std::vector<float> sums(3, names ? -0.0f : 0.0f);
    add_one_unit(a, ones.data(), sums, names);
    expect(sums, 1);
    EXPECT_EQ(std::signbit(sums[2]), names);
  }
  std::vector<int32_t> number(2, 0), place(kMany + 1), start(kMany + 2), row(kMany + 1);
  EXPECT_EQ(list_one_unit(a, ones.data(), {number.data(), 1}, ids.data(), list.data()), 2u);
  expect(list, 1);

  number.assign(2, 0);
  ASSERT_EQ(number_columns({columns.data(), columns.size()}, number, ids), 2u);
  std::vector<float> few(2 * 5);
  csr_t_dot(a, ones.data(), 5, number, 2, few.data());
  expect(few, 5);

  number.assign(2, 0);
  std::vector<float> ordered(kMany + 1);
  ASSERT_EQ(by_column(a, number, place, {ids.data(), start.data(), row.data(), ordered.data()}), 2u);
  std::vector<float> wide(2 * 40);
  row_sums({start.data(), row.data(), ordered.data(), ones.data(), 40}, 2, wide.data());
  expect(wide, 40);
}

TEST(LongSum, OfDoublesAndOfWhatIsNotFinite) {
  const double all = long_sum<double>(0, kMany, [](size_t) { return 0.1; });
  EXPECT_NEAR(all / (0.1 * static_cast<double>(kMany)), 1, 1e-14);
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(long_sum<float>(0, 1000, [](size_t i) { return i == 500 ? float(kInfinity) : 1.0f; }), kInfinity);
  EXPECT_TRUE(std::isnan(long_sum<float>(0, 1000, [](size_t i) { return i == 500 ? std::nanf("") : 1.0f; })));
  EXPECT_TRUE(std::isnan(long_sum<double>(0, 1000, [](size_t i) {
    return i % 500 ? 1 : i ? -kInfinity : kInfinity;
  })));

  std::vector<float> values(1000, 1.0f), w(1000, 1.0f);
  std::vector<int32_t> indices(1000), indptr{0, 1000};
  std::iota(indices.begin(), indices.end(), 0);
  values[300] = static_cast<float>(kInfinity);
  float c = 0;
  csr_dot({1, values.data(), indices.data(), indptr.data()}, w.data(), 1000, 1, 1, &c);
  EXPECT_EQ(c, kInfinity);
}

}  // namespace
}  // namespace lacuna::kernels

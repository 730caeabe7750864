// Products and transposes of csr against plain loops on dense copies, with no rows, empty rows, one column
// and views that start within a larger matrix; and the same bits on any number of threads.
#include <gtest/gtest.h>

#include <cmath>
#include <span>
#include <vector>

#include "lacuna/base/random.h"
#include "lacuna/base/threads.h"
#include "lacuna/kernels/csr_dot.h"
#include "lacuna/kernels/csr_t_dot.h"
#include "lacuna/kernels/row_cuts.h"
#include "lacuna/kernels/transpose.h"

namespace lacuna::kernels {
namespace {

template <class T>
struct Matrix {
  // Every third row is empty. `skip`: entries of rows before, as a view of some rows has them.
  Matrix(size_t rows_, size_t columns_, double share, uint64_t seed, size_t skip = 0)
      : rows(rows_), columns(columns_) {
    Generator random(seed);
    full.resize(rows * columns);
    data.resize(skip, T(99));
    indices.resize(skip, 0);
    for (size_t r = 0; r < rows; ++r) {
      indptr.push_back(static_cast<int32_t>(data.size()));
      for (size_t c = 0; c < columns; ++c) {
        if (r % 3 == 1 || random.uniform() >= share) continue;
        full[r * columns + c] = static_cast<T>(random.normal());
        data.push_back(full[r * columns + c]);
        indices.push_back(static_cast<int32_t>(c));
      }
    }
    indptr.push_back(static_cast<int32_t>(data.size()));
  }
  CsrView<T> view() const { return {rows, data.data(), indices.data(), indptr.data()}; }

  size_t rows, columns;
  std::vector<T> full{}, data{};
  std::vector<int32_t> indices{}, indptr{};
};

struct Case {
  size_t rows, columns, units;
  double share;
};
constexpr Case kCases[] = {{0, 5, 3, .5},   {4, 1, 1, .9},    {1, 7, 2, 1},      {9, 6, 1, 0},
                           {65, 40, 4, .2}, {33, 300, 7, .1}, {300, 50, 33, .3}, {2000, 90, 16, .2}};

template <class T>
std::vector<T> random_values(size_t n, uint64_t seed) {
  Generator random(seed);
  std::vector<T> result(n);
  for (T& v : result) v = static_cast<T>(random.normal());
  return result;
}

template <class T>
class CsrKernels : public testing::Test {
 protected:
  ~CsrKernels() override { set_num_threads(before_); }
  static constexpr double kTolerance = sizeof(T) == 4 ? 2e-5 : 1e-13;
  const size_t before_ = num_threads();
};
using Types = testing::Types<float, double>;
TYPED_TEST_SUITE(CsrKernels, Types);

template <class T>
void expect_close(const std::vector<T>& got, const std::vector<double>& wanted, double tolerance) {
  ASSERT_EQ(got.size(), wanted.size());
  for (size_t i = 0; i < got.size(); ++i)
    ASSERT_NEAR(got[i], wanted[i], tolerance * (1 + std::abs(wanted[i]))) << "place " << i;
}

TYPED_TEST(CsrKernels, ProductWithADenseMatrix) {
  using T = TypeParam;
  for (const Case& c : kCases)
    for (const size_t skip : {0, 11})
      for (const size_t stride : {c.units, c.units + 3}) {  // As in a table whose rows hold states too.
        SCOPED_TRACE(testing::Message() << c.rows << " rows, " << c.units << " units, stride " << stride);
        const Matrix<T> a(c.rows, c.columns, c.share, 1, skip);
        const auto w = random_values<T>(c.columns * stride, 2);
        std::vector<double> wanted(c.rows * c.units);
        for (size_t r = 0; r < c.rows; ++r)
          for (size_t k = 0; k < c.columns; ++k)
            for (size_t j = 0; j < c.units; ++j)
              wanted[r * c.units + j] += double{a.full[r * c.columns + k]} * double{w[k * stride + j]};
        std::vector<T> one(c.rows * c.units, T(7)), many(one);
        set_num_threads(1);
        csr_dot(a.view(), w.data(), c.columns, stride, c.units, one.data());
        set_num_threads(3);
        csr_dot(a.view(), w.data(), c.columns, stride, c.units, many.data());
        expect_close(one, wanted, this->kTolerance);
        EXPECT_TRUE(one == many);
      }
}

TYPED_TEST(CsrKernels, TransposedProductHasARowForEachNamedColumn) {
  using T = TypeParam;
  for (const Case& c : kCases)
    for (const size_t skip : {0, 11}) {
      SCOPED_TRACE(testing::Message() << c.rows << " rows, " << c.units << " units");
      const Matrix<T> a(c.rows, c.columns, c.share, 3, skip);
      const auto b = random_values<T>(c.rows * c.units, 4);
      std::vector<int32_t> number(c.columns, 0);
      const std::span<const int32_t> named = std::span(a.indices).subspan(skip);
      std::vector<int64_t> ids(named.size());
      const size_t distinct = number_columns(named, number, ids);
      ids.resize(distinct);
      std::vector<int64_t> in_order;  // Of first appearance.
      for (const int32_t column : named)
        if (std::ranges::find(in_order, column) == in_order.end()) in_order.push_back(column);
      EXPECT_EQ(ids, in_order);
      std::vector<double> wanted(distinct * c.units);
      for (size_t i = 0; i < distinct; ++i)
        for (size_t r = 0; r < c.rows; ++r)
          for (size_t j = 0; j < c.units; ++j)
            wanted[i * c.units + j] +=
                double{a.full[r * c.columns + static_cast<size_t>(ids[i])]} * double{b[r * c.units + j]};
      std::vector<T> one(distinct * c.units, T(7)), many(one);
      set_num_threads(1);
      csr_t_dot(a.view(), b.data(), c.units, number, distinct, one.data());
      set_num_threads(3);
      csr_t_dot(a.view(), b.data(), c.units, number, distinct, many.data());
      expect_close(one, wanted, this->kTolerance);
      EXPECT_TRUE(one == many);
      release_columns(ids, number);
      EXPECT_EQ(std::ranges::count(number, 0), static_cast<std::ptrdiff_t>(c.columns));
    }
}

TYPED_TEST(CsrKernels, TransposeIsSortedAndWhole) {
  using T = TypeParam;
  for (const Case& c : kCases) {
    const Matrix<T> a(c.rows, c.columns, c.share, 5, 11);
    const size_t entries = a.view().nonzeros();
    std::vector<int32_t> indptr(c.columns + 1, 9), indices(entries);
    std::vector<T> data(entries), dense(c.rows * c.columns), full(c.rows * c.columns);
    transpose(a.view(), c.columns, indptr.data(), indices.data(), data.data());
    EXPECT_EQ(indptr.front(), 0);
    EXPECT_EQ(indptr.back(), static_cast<int32_t>(entries));
    for (size_t column = 0; column < c.columns; ++column)
      for (auto k = static_cast<size_t>(indptr[column]); k < static_cast<size_t>(indptr[column + 1]); ++k) {
        if (k > static_cast<size_t>(indptr[column])) {
          EXPECT_LT(indices[k - 1], indices[k]);
        }
        full[static_cast<size_t>(indices[k]) * c.columns + column] = data[k];
      }
    EXPECT_TRUE(full == a.full);
    transpose(a.full.data(), c.rows, c.columns, dense.data());
    for (size_t r = 0; r < c.rows; ++r)
      for (size_t column = 0; column < c.columns; ++column)
        ASSERT_EQ(dense[column * c.rows + r], a.full[r * c.columns + column]);
  }
}

TEST(RowCuts, CoverEachRowOnceHoweverEntriesLie) {
  const std::vector<int32_t> starts[] = {{0}, {0, 0, 0}, {0, 1000, 1000, 1001}, {5, 6, 7, 5000, 5001, 5002}};
  for (const auto& start : starts)
    for (const size_t grain : {0, 1, 7, 100'000}) {
      const size_t rows = start.size() - 1;
      const RowCuts cuts(start.data(), rows, 2, grain);
      size_t row = 0;
      for (size_t part = 0; part < cuts.parts(); ++part) {
        EXPECT_EQ(cuts.first(part), part ? row : cuts.first(0));
        EXPECT_LE(cuts.first(part), cuts.first(part + 1));
        row = cuts.first(part + 1);
      }
      if (rows) {
        EXPECT_EQ(row, rows);
      }
    }
}

}  // namespace
}  // namespace lacuna::kernels

// The nearest rows of a weight, beside a sort of all of them.
#include "lacuna/tensor/nearest.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <random>

#include "lacuna/base/error.h"
#include "lacuna/base/threads.h"
#include "lacuna/tensor/row_table.h"

namespace lacuna {
namespace {

std::vector<Neighbour> nearest_in(Tensor& weight, int64_t id, int64_t k,
                                  Likeness likeness = Likeness::cosine) {
  return nearest_rows("nearest", "w", weight, nullptr, id, k, likeness);
}

std::vector<double> random_rows(size_t rows, size_t width) {
  std::mt19937 random(3);
  std::vector<double> result(rows * width);
  for (double& value : result) value = static_cast<double>(random() % 7) - 3;  // So that many are alike.
  return result;
}

double value_between(const double* a, const double* b, size_t width, Likeness likeness) {
  double product = 0, aa = 0, bb = 0, squares = 0;
  for (size_t i = 0; i < width; ++i) {
    product += a[i] * b[i];
    aa += a[i] * a[i];
    bb += b[i] * b[i];
    squares += (a[i] - b[i]) * (a[i] - b[i]);
  }
  if (likeness == Likeness::dot) return product;
  if (likeness == Likeness::euclidean) return std::sqrt(squares);
  return bb == 0 ? 0 : product / std::sqrt(aa) / std::sqrt(bb);
}

void expect_sorted(const std::vector<Neighbour>& found, const std::vector<double>& rows, size_t width,
                   const std::vector<int64_t>& ids, size_t asked, size_t k, Likeness likeness) {
  std::vector<Neighbour> all;
  for (size_t i = 0; i < ids.size(); ++i)
    if (i != asked)
      all.push_back({ids[i], value_between(&rows[asked * width], &rows[i * width], width, likeness)});
  ASSERT_EQ(found.size(), std::min(k, all.size()));
  std::ranges::sort(all, [&](const Neighbour& a, const Neighbour& b) {
    return likeness == Likeness::euclidean ? a.value < b.value : a.value > b.value;
  });
  for (size_t i = 0; i < found.size(); ++i) {
    EXPECT_NEAR(found[i].value, all[i].value,
                1e-12);  // Which of equal ones comes first may depend on rounding.
    const auto of_id = std::ranges::find(all, found[i].id, &Neighbour::id);
    ASSERT_NE(of_id, all.end());
    EXPECT_NEAR(of_id->value, found[i].value, 1e-12);
    if (i > 0 && found[i].value == found[i - 1].value) {
      EXPECT_GT(found[i].id, found[i - 1].id);
    }
  }
}

constexpr Likeness kAll[] = {Likeness::cosine, Likeness::dot, Likeness::euclidean};

TEST(Nearest, IsThatOfASort) {
  for (const size_t width : {1, 3, 8, 33}) {
    const size_t rows = 700;
    const std::vector<double> values = random_rows(rows, width);
    std::vector<int64_t> ids(rows);
    for (size_t i = 0; i < rows; ++i) ids[i] = static_cast<int64_t>(i);
    const std::vector<float> narrow(values.begin(), values.end());
    const Shape shape{static_cast<Dim>(rows), static_cast<Dim>(width)};
    Tensor wide = tensor::Dense::of<double>(shape, std::span<const double>(values));
    Tensor floats = tensor::Dense::of<float>(shape, std::span<const float>(narrow));
    for (Tensor* weight : {&wide, &floats})
      for (const Likeness likeness : kAll)
        for (const size_t k : {1, 10, 5000}) {
          const size_t asked = values[5 * width] != 0 ? 5 : 6;
          if (std::all_of(&values[asked * width], &values[asked * width] + width,
                          [](double v) { return v == 0; }))
            continue;
          expect_sorted(nearest_in(*weight, static_cast<int64_t>(asked), static_cast<int64_t>(k), likeness),
                        values, width, ids, asked, k, likeness);
        }
  }
}

TEST(Nearest, OfATableAreAmongTheRowsThatWereTouched) {
  for (const Dim rows :
       {Dim{2'000}, Dim{1'000'000'000'000}}) {  // One that holds all rows, and one that does not.
    auto table = std::make_shared<RowTable>(Shape{rows, 4}, DType::float32,
                                            Draw{.kind = Draw::Kind::uniform, .a = -1, .b = 1});
    Tensor weight(table);
    std::vector<int64_t> ids;
    for (int64_t i = 0; i < 900; ++i) ids.push_back((i * 7919) % rows);
    std::ranges::sort(ids);
    ids.erase(std::ranges::unique(ids).begin(), ids.end());
    std::vector<int32_t> slots(ids.size());
    table->touch(std::span<const int64_t>(ids), slots);
    std::vector<double> values;
    for (const int32_t slot : slots)
      for (size_t i = 0; i < 4; ++i)
        values.push_back(
            static_cast<double>(table->rows<float>()[static_cast<size_t>(slot) * table->stride() + i]));
    for (const Likeness likeness : kAll)
      expect_sorted(nearest_in(weight, ids[17], 25, likeness), values, 4, ids, 17, 25, likeness);
    const int64_t other = ids.back() + 1 < rows ? ids.back() + 1 : 1;
    if (table->find(other) < 0) {
      EXPECT_THROW(nearest_in(weight, other, 3), InvalidArgument);
    }
  }
}

TEST(Nearest, SaysWhatIsWrong) {
  Tensor weight = tensor::Dense::of<float>({3, 2}, std::vector<float>{1, 2, 0, 0, 3, 4});
  EXPECT_THROW(nearest_in(weight, 3, 1), OutOfRange);
  EXPECT_THROW(nearest_in(weight, -1, 1), OutOfRange);
  EXPECT_THROW(nearest_in(weight, 0, 0), InvalidArgument);
  EXPECT_THROW(nearest_in(weight, 1, 1), InvalidArgument);            // Zero has no direction,
  EXPECT_EQ(nearest_in(weight, 1, 1, Likeness::euclidean)[0].id, 0);  // but a place.
  EXPECT_EQ(nearest_in(weight, 0, 5)[1].value, 0);
  Tensor vector = tensor::Dense::of<float>({3}, std::vector<float>{1, 2, 3});
  EXPECT_THROW(nearest_in(vector, 0, 1), InvalidArgument);
  Tensor whole = tensor::Dense::of<int32_t>({2, 1}, std::vector<int32_t>{1, 2});
  EXPECT_THROW(nearest_in(whole, 0, 1), InvalidArgument);
  Tensor lone = tensor::Dense::of<float>({1, 2}, std::vector<float>{1, 2});
  EXPECT_TRUE(nearest_in(lone, 0, INT64_MAX).empty());
}

TEST(Nearest, LeavesOutRowsThatAreNotFinite) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  Tensor weight = tensor::Dense::of<float>({4, 2}, std::vector<float>{1, 2, nan, 1, 2, 4, nan, nan});
  EXPECT_EQ(nearest_in(weight, 0, 9).size(), 1u);
  EXPECT_THROW(nearest_in(weight, 1, 1), InvalidArgument);
  EXPECT_THROW(nearest_in(weight, 3, 1, Likeness::dot), InvalidArgument);
}

TEST(Nearest, OfHugeAndTinyDoublesIsRight) {
  Tensor weight =
      tensor::Dense::of<double>({3, 2}, std::vector<double>{1e200, 2e200, 1e-200, 2e-200, 2e300, -1e300});
  const auto found = nearest_in(weight, 0, 2);
  EXPECT_EQ(found[0].id, 1);
  EXPECT_NEAR(found[0].value, 1, 1e-12);
  EXPECT_NEAR(found[1].value, 0, 1e-12);
  EXPECT_NEAR(nearest_in(weight, 0, 1, Likeness::euclidean)[0].value / std::sqrt(5.0) / 1e200, 1, 1e-12);
}

TEST(Nearest, IsTheSameOnAnyNumberOfThreads) {
  const std::vector<double> values = random_rows(20'000, 16);
  Tensor weight = tensor::Dense::of<double>({20'000, 16}, std::span<const double>(values));
  const size_t before = num_threads();
  std::vector<std::vector<Neighbour>> found;
  for (const size_t threads : {1, 2, 8}) {
    set_num_threads(threads);
    found.push_back(nearest_in(weight, 11, 100));
  }
  set_num_threads(before);
  for (const auto& one : found)
    for (size_t i = 0; i < one.size(); ++i) {
      EXPECT_EQ(one[i].id, found[0][i].id);
      EXPECT_EQ(one[i].value, found[0][i].value);
    }
}

}  // namespace
}  // namespace lacuna

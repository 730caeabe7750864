// Tests of constraints.
#include "lacuna/layers/constraints/constraints.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "lacuna/base/random.h"
#include "lacuna/base/threads.h"
#include "lacuna/graph/variable.h"
#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/elementwise/scale.h"
#include "lacuna/ops/reductions/reduce.h"

namespace lacuna::constraints {
namespace {

// A matrix with gaps between its rows, which constraints must not change.
template <class T>
struct Matrix {
  size_t rows, columns, stride;
  std::vector<T> values;
  Matrix(size_t r, size_t c) : rows(r), columns(c), stride(c + 3), values(r * stride, T(77)) {
    Generator random(r * 1000 + c);
    for (size_t i = 0; i < rows; ++i)
      for (size_t j = 0; j < columns; ++j) at(i, j) = static_cast<T>(random.normal());
  }
  T& at(size_t i, size_t j) { return values[i * stride + j]; }
};

double scaled(double value, double norm, const MinMaxNorm& s) {
  const double wanted = s.rate * std::min(std::max(norm, s.min_value), s.max_value) + (1 - s.rate) * norm;
  return value * wanted / (1e-7 + norm);
}

template <class T>
void expect_norms(const Arg<Constraint>& constraint, const MinMaxNorm& settings) {
  for (const auto& [rows, columns] :
       std::vector<std::pair<size_t, size_t>>{{5, 3}, {1, 1}, {40, 150}, {9, 1}, {700, 20}}) {
    Matrix<T> given(rows, columns), got = given;
    constraint->apply(got.values.data(), rows, columns, got.stride);
    for (size_t i = 0; i < rows; ++i)
      for (size_t j = 0; j < columns; ++j) {
        double sum = 0;
        if (settings.axis[0] == 0)
          for (size_t r = 0; r < rows; ++r) sum += std::pow(given.at(r, j), 2);
        else
          for (size_t c = 0; c < columns; ++c) sum += std::pow(given.at(i, c), 2);
        EXPECT_NEAR(got.at(i, j), scaled(given.at(i, j), std::sqrt(sum), settings), 1e-5);
      }
    for (size_t i = 0; i < rows; ++i)
      for (size_t j = columns; j < got.stride; ++j) EXPECT_EQ(got.at(i, j), T(77));
  }
}

TEST(Constraints, Norms) {
  for (const int axis : {0, 1}) {
    expect_norms<float>(MaxNorm{.max_value = 1.5, .axis = {axis}}, {0, 1.5, 1, {axis}});
    expect_norms<double>(UnitNorm{.axis = {axis}}, {1, 1, 1, {axis}});
    expect_norms<float>(MinMaxNorm{.min_value = 2, .max_value = 3, .rate = 0.7, .axis = {axis}},
                        {2, 3, 0.7, {axis}});
  }
  expect_norms<double>("max_norm", {0, 2, 1, {0}});
}

// The filters of a convolution: the norm is over all axes but the last.
TEST(Constraints, NormsOverSeveralAxes) {
  std::vector<float> given;
  for (int i = 0; i < 2 * 3 * 2 * 2; ++i) given.push_back(static_cast<float>(i % 5) - 1.5F);
  Tensor w = tensor::Dense::of<float>({2, 3, 2, 2}, given);
  const Arg<Constraint> unit = UnitNorm{.axis = {0, 1, 2}};
  unit->apply(WeightRows(w), {2, 3, 2, 2}, {});
  for (size_t filter = 0; filter < 2; ++filter) {
    double sum = 0;
    for (size_t i = filter; i < given.size(); i += 2) sum += given[i] * given[i];
    for (size_t i = filter; i < given.size(); i += 2)
      EXPECT_NEAR(w.dense().values<float>()[i], given[i] / std::sqrt(sum), 1e-6);
  }
  // Axis 0 alone is that axis alone, as in Keras.
  Tensor v = tensor::Dense::of<float>({2, 3, 2, 2}, given);
  UnitNorm{}.make()->apply(WeightRows(v), {2, 3, 2, 2}, {});
  const double norm = std::hypot(given[1], given[13]);
  EXPECT_NEAR(v.dense().values<float>()[13], given[13] / norm, 1e-6);
}

TEST(Constraints, OfAFunction) {
  const Arg<Constraint> halves = [](const Symbol& w) { return scale(w, 0.5); };
  const Arg<Constraint> centred = [](const Symbol& w) { return subtract(w, mean(w, {0}, true)); };
  const Shape shape{5, 2};
  const std::vector<float> values{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  Tensor dense = tensor::Dense::of<float>(shape, values);
  centred->apply(WeightRows(dense), shape, {});
  EXPECT_EQ(dense.dense().values<float>()[0], -4);
  Variable table("w", {shape, DType::float32, Storage::row_table}, Draw{});
  table.assign(tensor::Dense::of<float>(shape, values));
  const std::vector<int64_t> moved{1, 3};
  halves->apply(WeightRows(table.value()), shape, moved);
  const tensor::Dense result = table.to_dense();
  for (size_t i = 0; i < 10; ++i)
    EXPECT_EQ(result.values<float>()[i], values[i] * (i / 2 == 1 || i / 2 == 3 ? 0.5F : 1.0F)) << i;
  EXPECT_THROW(centred->apply(WeightRows(table.value()), shape, moved), InvalidArgument);
}

TEST(Constraints, NonNeg) {
  Matrix<float> given(700, 20), got = given;
  Arg<Constraint>("non_neg")->apply(got.values.data(), 700, 20, got.stride);
  for (size_t i = 0; i < 700; ++i)
    for (size_t j = 0; j < 20; ++j) EXPECT_EQ(got.at(i, j), std::max(given.at(i, j), 0.0f));
}

TEST(Constraints, ZerosStay) {
  std::vector<double> zeros(6, 0.0);
  Arg<Constraint>(UnitNorm{})->apply(zeros.data(), 2, 3, 3);
  EXPECT_EQ(zeros, std::vector<double>(6, 0.0));
  UnitNorm{}.make()->apply(static_cast<float*>(nullptr), 0, 3, 3);
}

TEST(Constraints, SameBitsOnAnyThreads) {
  const size_t threads = num_threads();
  for (const Arg<Constraint>& c : {Arg<Constraint>("unit_norm"), Arg<Constraint>(MaxNorm{.axis = {1}})}) {
    Matrix<float> one(2000, 300), four = one;
    set_num_threads(1);
    c->apply(one.values.data(), one.rows, one.columns, one.stride);
    set_num_threads(4);
    c->apply(four.values.data(), four.rows, four.columns, four.stride);
    EXPECT_EQ(one.values, four.values);
  }
  set_num_threads(threads);
}

TEST(Constraints, RowWise) {
  EXPECT_TRUE(NonNeg{}.make()->row_wise());
  EXPECT_TRUE(UnitNorm{.axis = {1}}.make()->row_wise());
  EXPECT_FALSE(MaxNorm{}.make()->row_wise());
  Tensor matrix = tensor::Dense::of<float>({2, 2}, std::vector<float>{1, 2, 3, 4});
  EXPECT_THROW(MaxNorm{.axis = {2}}.make()->apply(WeightRows(matrix), {2, 2}, {}), InvalidArgument);
  EXPECT_THROW((MinMaxNorm{.min_value = 2, .max_value = 1}.make()), InvalidArgument);
  EXPECT_EQ(MaxNorm{}.make()->config(), (Config{{"max_value", 2.0}, {"axis", int64_t{0}}}));
}

}  // namespace
}  // namespace lacuna::constraints

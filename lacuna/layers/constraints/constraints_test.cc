// Tests of constraints.
#include "lacuna/layers/constraints/constraints.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "lacuna/base/random.h"
#include "lacuna/base/threads.h"

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
        if (settings.axis == 0)
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
    expect_norms<float>(MaxNorm{.max_value = 1.5, .axis = axis}, {0, 1.5, 1, axis});
    expect_norms<double>(UnitNorm{.axis = axis}, {1, 1, 1, axis});
    expect_norms<float>(MinMaxNorm{.min_value = 2, .max_value = 3, .rate = 0.7, .axis = axis},
                        {2, 3, 0.7, axis});
  }
  expect_norms<double>("max_norm", {0, 2, 1, 0});
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
  for (const Arg<Constraint>& c : {Arg<Constraint>("unit_norm"), Arg<Constraint>(MaxNorm{.axis = 1})}) {
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
  EXPECT_TRUE(UnitNorm{.axis = 1}.make()->row_wise());
  EXPECT_FALSE(MaxNorm{}.make()->row_wise());
  EXPECT_THROW(MaxNorm{.axis = 2}.make(), InvalidArgument);
  EXPECT_THROW((MinMaxNorm{.min_value = 2, .max_value = 1}.make()), InvalidArgument);
  EXPECT_EQ(MaxNorm{}.make()->config(), (Config{{"max_value", 2.0}, {"axis", int64_t{0}}}));
}

}  // namespace
}  // namespace lacuna::constraints

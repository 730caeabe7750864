#include "lacuna/ops/unary.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "lacuna/ops/testing.h"

namespace lacuna {
namespace {

using namespace test;

const std::vector<double> kPoints = {-1000, -30, -2.6, -2.5, -2.4, -1,  -0.5, -1e-9, 0,   1e-9,
                                     0.2,   0.5, 1,    1.5,  2,    2.5, 3.7,  30,    1000};

template <class T>
void expect_values(const std::function<Symbol(const Symbol&)>& f, const std::function<double(double)>& want,
                   const std::vector<double>& points) {
  const Tensor x = dense<T>({static_cast<Dim>(points.size())}, std::vector<T>(points.begin(), points.end()));
  const Symbol in = input(x);
  const auto got = values<T>(run({f(in)}, {in}, {x})[0]);
  for (size_t i = 0; i < points.size(); ++i) {
    const double right = want(static_cast<double>(static_cast<T>(points[i])));
    if (std::isinf(right) || std::isinf(got[i])) {
      EXPECT_EQ(got[i], static_cast<T>(right)) << "at " << points[i];
    } else {
      EXPECT_NEAR(got[i], right, (sizeof(T) == 4 ? 3e-6 : 1e-14) * std::max(1.0, std::abs(right)))
          << "at " << points[i];
    }
  }
}

void expect_function(const std::function<Symbol(const Symbol&)>& f, const std::function<double(double)>& want,
                     const std::vector<double>& points = kPoints) {
  expect_values<float>(f, want, points);
  expect_values<double>(f, want, points);
}

TEST(Unary, ValuesAreThoseOfTheStandardLibrary) {
  const std::vector<double> positive = {1e-6, 0.3, 1, 2, 700};
  expect_function(negative, [](double x) { return -x; });
  expect_function(lacuna::abs, [](double x) { return std::fabs(x); });
  expect_function(sign, [](double x) { return x > 0 ? 1.0 : x < 0 ? -1.0 : 0.0; });
  expect_function(square, [](double x) { return x * x; });
  expect_function(
      lacuna::sqrt, [](double x) { return std::sqrt(x); }, positive);
  expect_function(lacuna::exp, [](double x) { return std::exp(x); }, {-1000, -3, 0, 0.5, 20});
  expect_function(
      lacuna::log, [](double x) { return std::log(x); }, positive);
  expect_function(lacuna::round, [](double x) { return std::nearbyint(x); });  // 0.5 is 0, 1.5 is 2
  expect_function(sigmoid, [](double x) { return 1 / (1 + std::exp(-x)); });
  expect_function(lacuna::tanh, [](double x) { return std::tanh(x); });
  expect_function(softplus, [](double x) { return x > 100 ? x : std::log1p(std::exp(x)); });
  expect_function(softsign, [](double x) { return x / (1 + std::fabs(x)); });
  expect_function(hard_sigmoid, [](double x) { return std::fmax(0, std::fmin(1, 0.2 * x + 0.5)); });
  expect_function([](const Symbol& x) { return elu(x, 0.7); },
                  [](double x) { return x > 0 ? x : 0.7 * std::expm1(x); });
  expect_function(selu, [](double x) {
    return 1.05070098735548049342 * (x > 0 ? x : 1.67326324235437728482 * std::expm1(x));
  });
  expect_function([](const Symbol& x) { return clip(x, -0.5, 2); },
                  [](double x) { return std::fmin(2, std::fmax(-0.5, x)); });
}

TEST(Unary, ReluTakesAllThatKerasTakes) {
  for (const double alpha : {0.0, 0.3})
    for (const double high : {2.0, HUGE_VAL})
      for (const double threshold : {0.0, 1.0, -0.75})
        expect_function([&](const Symbol& x) { return relu(x, alpha, high, threshold); },
                        [&](double x) {
                          return x >= high ? high : x >= threshold ? x : alpha * (x - threshold);
                        });
}

TEST(Unary, NotANumberIsNotHidden) {
  const Tensor x = dense({1}, {std::nanf("")});
  const Symbol in = input(x);
  for (const Symbol& y : {relu(in), relu(in, 0.1, 3), clip(in, -1, 1), elu(in), sigmoid(in), sign(in)})
    EXPECT_TRUE(std::isnan(values(run({y}, {in}, {x})[0])[0])) << y.node()->op().name();
}

TEST(Unary, SparseOnlyWhereZeroStaysZero) {
  const Symbol x = placeholder({{None, 4}, DType::float32, Storage::csr}, "x");
  for (const Symbol& y : {negative(x), lacuna::abs(x), square(x), lacuna::sqrt(x), relu(x),
                          relu(x, 0, 6, 0.5), lacuna::tanh(x), elu(x), selu(x), softsign(x), clip(x, -1, 1)})
    EXPECT_EQ(y.storage(), Storage::csr);
  EXPECT_EQ(message_of<InvalidArgument>([&] { sigmoid(x); }),
            "sigmoid: no kernel for storages (csr). Known: (dense) -> (dense). Received: (None, 4) csr.");
  for (const auto& f : std::vector<std::function<Symbol()>>{
           [&] { return lacuna::exp(x); }, [&] { return softplus(x); }, [&] { return hard_sigmoid(x); },
           [&] { return clip(x, 0.5, 1); }, [&] { return relu(x, 0.1, 6, 0.5); }})
    EXPECT_THROW(f(), InvalidArgument);
}

TEST(Unary, ParametersAreChecked) {
  const Symbol x = placeholder({{None, 4}}, "x");
  EXPECT_EQ(message_of<InvalidArgument>([&] { relu(x, 0, -1); }),
            "relu: max_value must not be negative. Received: max_value=-1.");
  EXPECT_EQ(message_of<InvalidArgument>([&] { clip(x, 2, 1); }),
            "clip: min_value must not be above max_value. Received: min_value=2, max_value=1.");
  EXPECT_FALSE(elu(x, 1.0) == elu(x, 1.0 + 1e-15));  // Other parameters, another node.
  EXPECT_TRUE(elu(x, 1.0) == elu(x, 1.0));
}

}  // namespace
}  // namespace lacuna

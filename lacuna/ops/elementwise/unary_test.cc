// Tests of functions of one number.
#include "lacuna/ops/elementwise/unary.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "lacuna/graph/gradient.h"
#include "lacuna/ops/reductions/reduce.h"
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

TEST(Unary, MathematicsIsThatOfTheStandardLibrary) {
  const std::vector<double> some = {-3.7, -1.5, -1, -0.3, 0, 0.3, 0.5, 1, 2.5},
                            inside = {-0.99, -0.4, 0, 1e-4, 0.7}, positive = {0.01, 0.5, 1, 2.5, 30};
  expect_function(
      lacuna::cbrt, [](double x) { return std::cbrt(x); }, some);
  expect_function(
      lacuna::ceil, [](double x) { return std::ceil(x); }, some);
  expect_function(
      lacuna::floor, [](double x) { return std::floor(x); }, some);
  expect_function(
      lacuna::trunc, [](double x) { return std::trunc(x); }, some);
  expect_function(
      round_ste, [](double x) { return std::nearbyint(x); }, some);
  expect_function(
      sign_ste, [](double x) { return x > 0   ? 1.0
                                      : x < 0 ? -1.0
                                              : 0.0; }, some);
  expect_function(
      lacuna::expm1, [](double x) { return std::expm1(x); }, some);
  expect_function(
      lacuna::exp2, [](double x) { return std::exp2(x); }, some);
  expect_function(
      lacuna::log1p, [](double x) { return std::log1p(x); }, inside);
  expect_function(
      lacuna::log2, [](double x) { return std::log2(x); }, positive);
  expect_function(
      lacuna::log10, [](double x) { return std::log10(x); }, positive);
  expect_function(
      lacuna::erf, [](double x) { return std::erf(x); }, some);
  expect_function(lacuna::gamma, [](double x) { return std::tgamma(x); }, {0.1, 0.5, 1, 2.5, 5});
  expect_function(
      gammaln, [](double x) { return std::lgamma(x); }, positive);
  expect_function(
      lacuna::sin, [](double x) { return std::sin(x); }, some);
  expect_function(
      lacuna::cos, [](double x) { return std::cos(x); }, some);
  expect_function(
      lacuna::tan, [](double x) { return std::tan(x); }, inside);
  expect_function(
      arcsin, [](double x) { return std::asin(x); }, inside);
  expect_function(
      arccos, [](double x) { return std::acos(x); }, inside);
  expect_function(
      arctan, [](double x) { return std::atan(x); }, some);
  expect_function(
      lacuna::sinh, [](double x) { return std::sinh(x); }, some);
  expect_function(
      lacuna::cosh, [](double x) { return std::cosh(x); }, some);
  expect_function(
      arcsinh, [](double x) { return std::asinh(x); }, some);
  expect_function(arccosh, [](double x) { return std::acosh(x); }, {1, 1.5, 30});
  expect_function(
      arctanh, [](double x) { return std::atanh(x); }, inside);
  expect_function(
      degrees, [](double x) { return x * 57.29577951308232; }, some);
  expect_function(
      radians, [](double x) { return x * 0.017453292519943295; }, some);
  expect_function(reciprocal, [](double x) { return 1 / x; }, {-2, 0.5, 4});
  expect_function(
      rsqrt, [](double x) { return 1 / std::sqrt(x); }, positive);
  expect_function(
      rcbrt, [](double x) { return 1 / std::cbrt(x); }, positive);
  const std::vector<double> odd = {0, 1, -2.5, HUGE_VAL, -HUGE_VAL};
  expect_function(
      lacuna::isinf, [](double x) { return std::isinf(x); }, odd);
  expect_function(
      lacuna::isfinite, [](double x) { return std::isfinite(x); }, odd);
  expect_function(
      logical_not, [](double x) { return x == 0; }, odd);
  const Tensor bad = dense({3}, {std::nanf(""), 1, HUGE_VALF});
  const Symbol x = input(bad);
  EXPECT_EQ(values(run({lacuna::isnan(x)}, {x}, {bad})[0]), (std::vector<float>{1, 0, 0}));
  EXPECT_EQ(values(run({nan_to_num(x)}, {x}, {bad})[0]),
            (std::vector<float>{0, 1, std::numeric_limits<float>::max()}));
}

TEST(Unary, SlopesOfGammaAreThoseOfDigamma) {
  // Abramowitz and Stegun, table 6.1: ψ(1) = -γ, ψ(1/2) = -γ - 2 log 2, ψ(10).
  const Tensor x = dense<double>({4}, {1, 0.5, 10, -0.5});
  const Symbol in = input(x);
  const auto g = values<double>(run({gradients(sum(gammaln(in)), {in})[0]}, {in}, {x})[0]);
  const double want[] = {-0.57721566490153286, -1.96351002602142348, 2.25175258906672111,
                         0.03648997397857652};
  for (size_t i = 0; i < 4; ++i) EXPECT_NEAR(g[i], want[i], 1e-13) << i;
}

TEST(Unary, StraightThrough) {
  const Tensor x = dense({2}, {0.4f, -1.7f});
  const Symbol in = input(x);
  for (const Symbol& y : {round_ste(in), sign_ste(in)})
    EXPECT_EQ(values(run({gradients(sum(y), {in})[0]}, {in}, {x})[0]), (std::vector<float>{1, 1}));
}

TEST(Unary, ReluTakesAllThatKerasTakes) {
  for (const double alpha : {0.0, 0.3})
    for (const double high : {0.0, 2.0, HUGE_VAL})
      for (const double threshold : {0.0, 1.0, -0.75})
        expect_function([&](const Symbol& x) { return relu(x, alpha, high, threshold); },
                        [&](double x) {
                          if (x < threshold) return alpha * (x - threshold);
                          return high < HUGE_VAL ? std::clamp(x, 0.0, high) : x;
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
  for (const Symbol& y :
       {negative(x),        lacuna::abs(x),  square(x),        lacuna::sqrt(x),  relu(x),
        relu(x, 0, 6, 0.5), lacuna::tanh(x), elu(x),           selu(x),          softsign(x),
        clip(x, -1, 1),     lacuna::cbrt(x), lacuna::ceil(x),  lacuna::floor(x), lacuna::trunc(x),
        round_ste(x),       sign_ste(x),     lacuna::log1p(x), lacuna::expm1(x), lacuna::erf(x),
        lacuna::sin(x),     lacuna::tan(x),  arcsin(x),        arctan(x),        lacuna::sinh(x),
        arcsinh(x),         arctanh(x),      degrees(x),       radians(x),       lacuna::isnan(x),
        lacuna::isinf(x),   nan_to_num(x)})
    EXPECT_EQ(y.storage(), Storage::csr);
  EXPECT_EQ(
      message_of<InvalidArgument>([&] { sigmoid(x); }),
      "sigmoid: no kernel for storages (csr). Known: (dense) -> (dense). to_dense(x) makes an input x dense. "
      "Received: (None, 4) csr.");
  for (const auto& f : std::vector<std::function<Symbol()>>{
           [&] { return lacuna::exp(x); }, [&] { return lacuna::cos(x); }, [&] { return lacuna::log2(x); },
           [&] { return reciprocal(x); }, [&] { return arccos(x); }, [&] { return lacuna::isfinite(x); },
           [&] { return softplus(x); }, [&] { return hard_sigmoid(x); }, [&] { return clip(x, 0.5, 1); },
           [&] { return relu(x, 0.1, 6, 0.5); }})
    EXPECT_THROW(f(), InvalidArgument);
}

TEST(Unary, ParametersAreChecked) {
  const Symbol x = placeholder({{None, 4}}, "x");
  EXPECT_EQ(message_of<InvalidArgument>([&] { relu(x, 0, -1); }),
            "relu: max_value must not be negative. Received: max_value=-1.");
  EXPECT_EQ(message_of<InvalidArgument>([&] { clip(x, 2, 1); }),
            "clip: min_value must not be above max_value; write max(min_value, max_value) for max_value, as "
            "Keras 2.2.4 does. Received: min_value=2, max_value=1.");
  EXPECT_FALSE(elu(x, 1.0) == elu(x, 1.0 + 1e-15));  // Different parameters make different nodes.
  EXPECT_TRUE(elu(x, 1.0) == elu(x, 1.0));
}

TEST(Unary, SecondDerivativesAreRightOrErrors) {
  const Tensor a = dense({3}, {1, -2, 3});
  const Symbol x = input(a), g = gradients(sum(square(x)), {x})[0], slope = gradients(sum(relu(x)), {x})[0];
  EXPECT_EQ(values(run(gradients(sum(square(g)), {x}), {x}, {a})[0]), (std::vector<float>{8, -16, 24}));
  EXPECT_FALSE(gradients(sum(slope), {x})[0]);  // Linear on both sides.
  const Symbol bent = gradients(sum(erfinv(x)), {x})[0];
  EXPECT_EQ(message_of<InvalidArgument>([&] { gradients(sum(bent), {x}); }),
            "gradients: op 'erfinv_gradient' has no gradient of its own; stop_gradient holds what it makes "
            "fixed. Received: inputs=((None,) dense, (None,) dense, (None,) dense).");
}

}  // namespace
}  // namespace lacuna

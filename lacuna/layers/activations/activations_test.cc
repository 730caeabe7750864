// Tests of activations.
#include "lacuna/layers/activations/activations.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <vector>

#include "lacuna/graph/plan.h"
#include "lacuna/graph/variable.h"
#include "lacuna/ops/elementwise/scale.h"

namespace lacuna::activations {
namespace {

const std::vector<double> kX{-7, -1.5, -0.2, 0, 0.3, 1.25, 4, 9};

std::vector<double> applied(const Arg<Activation>& activation) {
  const Symbol x = placeholder({{None, 4}, DType::float64}, "x");
  Plan plan({x}, {(*activation)(x)}, false);
  const Tensor value = tensor::Dense::of<double>({2, 4}, kX);
  const Tensor* feed = &value;
  plan.run({&feed, 1});
  const auto y = plan.output(0).dense().values<double>();
  return {y.begin(), y.end()};
}

TEST(Activations, Formulas) {
  const std::map<std::string, double (*)(double)> formulas{
      {"elu", [](double x) { return x > 0 ? x : std::exp(x) - 1; }},
      {"exponential", [](double x) { return std::exp(x); }},
      {"hard_sigmoid", [](double x) { return std::max(0.0, std::min(1.0, 0.2 * x + 0.5)); }},
      {"linear", [](double x) { return x; }},
      {"relu", [](double x) { return x > 0 ? x : 0.0; }},
      {"selu",
       [](double x) { return 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * (std::exp(x) - 1)); }},
      {"sigmoid", [](double x) { return 1 / (1 + std::exp(-x)); }},
      {"softplus", [](double x) { return std::log1p(std::exp(x)); }},
      {"softsign", [](double x) { return x / (1 + std::abs(x)); }},
      {"tanh", [](double x) { return std::tanh(x); }},
  };
  for (const auto& [name, formula] : formulas) {
    const Arg<Activation> activation(name);
    EXPECT_EQ(activation->name, name);
    const auto y = applied(activation);
    for (size_t i = 0; i < kX.size(); ++i)
      EXPECT_NEAR(y[i], formula(kX[i]), 1e-9 * std::max(1.0, formula(kX[i]))) << name;
  }
}

TEST(Activations, Softmax) {
  const auto y = applied("softmax");
  for (size_t r = 0; r < 2; ++r) {
    double sum = 0;
    for (size_t j = 0; j < 4; ++j) sum += std::exp(kX[4 * r + j]);
    for (size_t j = 0; j < 4; ++j) EXPECT_NEAR(y[4 * r + j], std::exp(kX[4 * r + j]) / sum, 1e-12);
  }
  EXPECT_THROW(softmax(placeholder({{None}}, "x")), InvalidArgument);
  EXPECT_THROW(softmax(placeholder({{None, 3, 4}}, "x"), 3), InvalidArgument);
}

TEST(Activations, FunctionsAndArguments) {
  const Symbol x = placeholder({{None, 4}}, "x");
  EXPECT_TRUE(Arg<Activation>("linear")->function(x) == x);
  EXPECT_EQ(applied([](const Symbol& s) { return scale(s, 2); })[7], 18);
  EXPECT_EQ(applied(tanh), applied("tanh"));
  const auto y = applied([](const Symbol& s) { return relu(s, 0.1, 4, 1); });
  for (size_t i = 0; i < kX.size(); ++i)
    EXPECT_NEAR(y[i], kX[i] >= 4 ? 4 : kX[i] >= 1 ? kX[i] : 0.1 * (kX[i] - 1), 1e-12);
}

TEST(Activations, UnknownName) {
  try {
    Arg<Activation> wrong = "sigmod";
    FAIL();
  } catch (const InvalidArgument& e) {
    EXPECT_EQ(std::string(e.what()),
              "activation: unknown name. Received: activation='sigmod'; did you mean 'sigmoid'? Known: elu, "
              "exponential, "
              "hard_sigmoid, linear, relu, selu, sigmoid, softmax, softplus, softsign, tanh.");
  }
}

}  // namespace
}  // namespace lacuna::activations

// Tests of small layers: activations with settings, noise, RepeatVector, ActivityRegularization, Lambda.
#include <gtest/gtest.h>
#include <lacuna/lacuna.h>

#include <cmath>

#include "tests/gradient_check.h"

namespace lacuna {
namespace {

const std::vector<float> kSmallX{-2, -0.5, 0, 0.5, 1, 3};

std::vector<float> run(const std::function<Symbol(const Symbol&)>& layer, bool sparse,
                       bool training = false) {
  const Symbol in = Input({.shape = {3}, .sparse = sparse});
  const Symbol out = layer(in);
  EXPECT_EQ(out.storage() == Storage::csr, sparse);
  const Tensor dense = tensor::Dense::of<float>({2, 3}, kSmallX), x = sparse ? Tensor(to_csr(dense)) : dense;
  const Tensor* feed = &x;
  Plan plan({in}, {out}, training);
  plan.run({&feed, 1}, 4, 5);
  const tensor::Dense y = to_dense(plan.output(0));
  return {y.values<float>().begin(), y.values<float>().end()};
}

TEST(SmallLayers, ActivationsAreTheirFormulas) {
  layers::PReLU prelu({.alpha_initializer = initializers::Constant{0.25}});
  const std::vector<std::pair<std::function<Symbol(const Symbol&)>, std::function<double(double)>>> cases{
      {[](const Symbol& x) { return layers::LeakyReLU()(x); }, [](double x) { return x < 0 ? 0.3 * x : x; }},
      {[](const Symbol& x) { return layers::ELU(2)(x); },
       [](double x) { return x < 0 ? 2 * std::expm1(x) : x; }},
      {[](const Symbol& x) { return layers::ThresholdedReLU()(x); }, [](double x) { return x > 1 ? x : 0; }},
      {[](const Symbol& x) { return layers::ReLU({.max_value = 2, .negative_slope = 0.1})(x); },
       [](double x) { return x < 0 ? 0.1 * x : std::min(x, 2.0); }},
      {[&](const Symbol& x) { return prelu(x); }, [](double x) { return x < 0 ? 0.25 * x : x; }},
  };
  for (const bool sparse : {false, true})
    for (size_t c = 0; c < cases.size(); ++c) {
      const auto y = run(cases[c].first, sparse);
      for (size_t i = 0; i < kSmallX.size(); ++i)
        EXPECT_NEAR(y[i], cases[c].second(static_cast<double>(kSmallX[i])), 1e-6)
            << "case " << c << ", x=" << kSmallX[i];
    }
  const auto y = run([](const Symbol& x) { return layers::Softmax()(x); }, false);
  EXPECT_NEAR(y[0] + y[1] + y[2], 1, 1e-6);
}

TEST(SmallLayers, PReLULearnsItsSlope) {
  const Symbol in = Input({.shape = {2, 3}, .dtype = DType::float64});
  const Tensor x = tensor::Dense::of<double>({1, 2, 3}, std::vector<double>{-2, -0.5, 0.3, 0.5, -1, -3});
  layers::PReLU own({.alpha_initializer = "ones", .dtype = DType::float64}),
      shared({.alpha_initializer = "ones", .shared_axes = {1}, .dtype = DType::float64});
  test::expect_gradients({in}, own(in), {x});
  test::expect_gradients({in}, shared(in), {x});
  EXPECT_EQ(own.weights()[0]->spec().shape, (Shape{2, 3}));
  EXPECT_EQ(shared.weights()[0]->spec().shape, (Shape{1, 3}));
}

TEST(SmallLayers, NoiseIsForTrainingAlone) {
  const std::vector<std::function<Symbol(const Symbol&)>> all{
      [](const Symbol& x) { return layers::GaussianNoise(0.5)(x); },
      [](const Symbol& x) { return layers::GaussianDropout(0.5)(x); },
      [](const Symbol& x) { return layers::AlphaDropout(0.5)(x); }};
  for (const auto& layer : all) {
    EXPECT_EQ(run(layer, false), kSmallX);
    EXPECT_NE(run(layer, false, true), kSmallX);
  }
  EXPECT_EQ(run(all[1], true), kSmallX);
  const auto y = run(all[1], true, true);
  EXPECT_NE(y, kSmallX);
  EXPECT_EQ(y[2], 0);
  EXPECT_THROW(run(all[0], true), InvalidArgument);
  EXPECT_THROW(run(all[2], true), InvalidArgument);
}

TEST(SmallLayers, GradientsOfNoise) {
  const std::vector<double> full{-2, 0, 0.3, 0.5, 0, -3};
  const layers::LayerOptions wide{.dtype = DType::float64};
  const Symbol in = Input({.shape = {3}, .dtype = DType::float64}),
               sparse = Input({.shape = {3}, .dtype = DType::float64, .sparse = true});
  const Tensor x = tensor::Dense::of<double>({2, 3}, full), csr = test::csr_of(2, 3, full);
  test::expect_gradients({in}, layers::GaussianNoise(0.5, wide)(in), {x});
  test::expect_gradients({in}, layers::GaussianDropout(0.5, wide)(in), {x});
  test::expect_gradients({sparse}, layers::GaussianDropout(0.5, wide)(sparse), {csr});
  test::expect_gradients({in}, layers::AlphaDropout(0.3, {.seed = 1, .dtype = DType::float64})(in), {x});
}

TEST(SmallLayers, NoiseHasItsMeanAndDeviation) {
  const size_t n = 200 * 100;
  const Symbol in = Input({.shape = {100}, .dtype = DType::float64});
  Generator random(3);
  std::vector<double> values(n);
  for (double& v : values) v = random.normal();
  const Tensor x = tensor::Dense::of<double>({200, 100}, values);
  const layers::LayerOptions wide{.dtype = DType::float64};
  const auto moments = [&](const Symbol& out) {
    const Tensor* feed = &x;
    Plan plan({in}, {out}, true);
    plan.run({&feed, 1}, 4, 5);
    double sum = 0, squares = 0;
    for (const double v : plan.output(0).dense().values<double>()) sum += v, squares += v * v;
    return std::pair{sum / n, squares / n - sum / n * sum / n};
  };
  const auto [mean, variance] = moments(subtract(layers::GaussianNoise(2, wide)(in), in));
  EXPECT_NEAR(mean, 0, 0.07);  // About five standard deviations.
  EXPECT_NEAR(variance, 4, 0.2);
  // For an x with mean 0 and variance 1, alpha dropout keeps both.
  const auto [alpha_mean, alpha_variance] = moments(layers::AlphaDropout(0.3, {.dtype = DType::float64})(in));
  EXPECT_NEAR(alpha_mean, 0, 0.05);
  EXPECT_NEAR(alpha_variance, 1, 0.1);
}

TEST(SmallLayers, RepeatVectorLambdaAndActivityRegularization) {
  const std::vector<float> x{1, 2, 3, 4}, y{0, 0};
  const array fed{std::span<const float>(x), {2, 2}};
  const Symbol in = Input({.shape = {2}});
  const tensor::Dense repeated = Model(in, layers::RepeatVector(3)(in)).predict(fed);
  EXPECT_EQ(repeated.shape, (Shape{2, 3, 2}));
  EXPECT_EQ((std::vector<float>(repeated.values<float>().begin(), repeated.values<float>().end())),
            (std::vector<float>{1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4}));
  const Symbol steps = Input({.shape = {2, 1}});
  EXPECT_EQ(layers::Permute({2, 1})(steps).shape(), (Shape{None, 1, 2}));
  EXPECT_THROW(layers::Permute({2, 2}), InvalidArgument);
  EXPECT_THROW(layers::Permute({2, 1})(in), InvalidArgument);
  layers::Lambda total([](const Symbol& s) { return sum(s, {1}, true); });
  layers::Lambda difference([](const std::vector<Symbol>& s) { return subtract(s[0], s[1]); });
  Model model(in, layers::ActivityRegularization(0.5, 2)(difference({total(in), total(in)})));
  EXPECT_EQ(model.predict(fed).values<float>()[1], 0);
  Model counted(in, layers::ActivityRegularization(0.5, 2)(total(in)));
  counted.compile({.optimizer = "sgd", .loss = "mse"});
  const double loss = counted.test_on_batch(fed, y)[0];
  EXPECT_NEAR(loss, (9 + 49) / 2.0 + 0.5 * (3 + 7) + 2 * (9 + 49), 1e-3);
}

}  // namespace
}  // namespace lacuna

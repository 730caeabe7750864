// Tests of BatchNormalization: batch moments in training, moving averages otherwise, csr that stays csr.
#include <gtest/gtest.h>
#include <lacuna/lacuna.h>

#include <cmath>

#include "tests/gradient_check.h"

namespace lacuna {
namespace {

using layers::BatchNormalization;

const std::vector<float> kNormalizationX{1, 10, 3, 30, 5, 20, 7, 60};  // (4, 2)
const array kFed{std::span<const float>(kNormalizationX), {4, 2}};
const std::vector<float> kY{1, 2, 3, 4};

TEST(BatchNormalization, MovesItsAveragesAsKerasDoes) {
  BatchNormalization layer({.momentum = 0.9});
  const Symbol in = Input({.shape = {2}});
  Model model(in, layers::Dense(1)(layer(in)));
  EXPECT_EQ(layer.weights()[0]->name(), layer.name() + "/gamma");
  EXPECT_EQ(layer.weights()[3]->name(), layer.name() + "/moving_variance");
  EXPECT_EQ(model.count_params(), 8 + 3);
  EXPECT_EQ(model.network().trainable_weights().size(), 4u);
  model.compile({.optimizer = "sgd", .loss = "mse"});
  model.evaluate(kFed, kY, {.verbose = 0});
  EXPECT_EQ(layer.get_weights()[2].values<float>()[0], 0);  // Only training updates them.
  model.train_on_batch(kFed, kY);
  const auto weights = layer.get_weights();
  const double mean[]{4, 30}, variance[]{5, 350};
  for (size_t c = 0; c < 2; ++c) {
    EXPECT_NEAR(weights[2].values<float>()[c], 0.1 * mean[c], 1e-5);
    EXPECT_NEAR(weights[3].values<float>()[c], 0.9 + 0.1 * variance[c] * 4 / (4 - 1.001), 1e-4);
  }
}

TEST(BatchNormalization, NormalizesByTheBatchInTrainingAndByTheAveragesElse) {
  BatchNormalization layer;
  const Symbol in = Input({.shape = {2}});
  const Symbol out = layer(in);
  layer.set_weights({tensor::Dense::of<float>({2}, std::vector<float>{2, 1}),
                     tensor::Dense::of<float>({2}, std::vector<float>{0, -1}),
                     tensor::Dense::of<float>({2}, std::vector<float>{1, 2}),
                     tensor::Dense::of<float>({2}, std::vector<float>{4, 9})});
  const Tensor x = tensor::Dense::of<float>({4, 2}, kNormalizationX);
  const Tensor* feed = &x;
  for (const bool training : {true, false}) {
    Plan plan({in}, {out}, training);
    plan.run({&feed, 1});
    const double mean[]{training ? 4.0 : 1, training ? 30.0 : 2},
        variance[]{training ? 5.0 : 4, training ? 350.0 : 9};
    for (size_t i = 0; i < 8; ++i) {
      const size_t c = i % 2;
      const double want =
          (kNormalizationX[i] - mean[c]) / std::sqrt(variance[c] + 1e-3) * (c ? 1 : 2) - (c ? 1 : 0);
      EXPECT_NEAR(plan.output(0).dense().values<float>()[i], want, 1e-5) << "training " << training;
    }
  }
}

TEST(BatchNormalization, Gradients) {
  const layers::BatchNormalizationOptions wide{.gamma_initializer = initializers::Constant{1.5},
                                               .moving_mean_initializer = initializers::Constant{0.5},
                                               .dtype = DType::float64};
  for (const bool training : {true, false}) {
    const Symbol in = Input({.shape = {3}, .dtype = DType::float64});
    const Tensor x =
        tensor::Dense::of<double>({4, 3}, std::vector<double>{1, 2, -1, 0.5, 3, 0, 2, -2, 0.1, 0.7, 1, 4});
    test::expect_gradients({in}, BatchNormalization(wide)(in), {x}, training);
    const Symbol steps = Input({.shape = {3, 2}, .dtype = DType::float64});
    const Tensor x3 =
        tensor::Dense::of<double>({2, 3, 2}, std::vector<double>{1, 2, -1, 0.5, 3, 0, 2, -2, 0.1, 0.7, 1, 4});
    auto along_steps = wide;
    along_steps.axis = 1;
    test::expect_gradients({steps}, BatchNormalization(along_steps)(steps), {x3}, training);
    auto plain = wide;
    plain.center = plain.subtract_mean = false;
    const Symbol sparse = Input({.shape = {3}, .dtype = DType::float64, .sparse = true});
    const Tensor csr = test::csr_of(4, 3, {1, 0, -1, 0, 0, 0, 2, 3, 0, 0, 1, 4}, {1});
    test::expect_gradients({sparse}, BatchNormalization(plain)(sparse), {csr}, training);
  }
}

TEST(BatchNormalization, CsrStaysCsrWhereZerosStay) {
  const std::vector<double> full{1, 0, -1, 0, 0, 0, 2, 3, 0, 0, 1, 4};
  const Tensor csr = test::csr_of(4, 3, full), dense = tensor::Dense::of<double>({4, 3}, full);
  BatchNormalization layer({.center = false, .subtract_mean = false, .dtype = DType::float64});
  const Symbol in = Input({.shape = {3}, .dtype = DType::float64, .sparse = true}),
               dense_in = Input({.shape = {3}, .dtype = DType::float64});
  const Symbol out = layer(in), dense_out = layer(dense_in);
  EXPECT_EQ(out.storage(), Storage::csr);
  Plan plan({in, dense_in}, {out, dense_out}, true);
  const std::vector<const Tensor*> feeds{&csr, &dense};
  plan.run(feeds);
  EXPECT_EQ(plan.output(0).csr().nonzeros(), 6u);
  const tensor::Dense got = to_dense(plan.output(0));
  for (size_t i = 0; i < 12; ++i)
    EXPECT_NEAR(got.values<double>()[i], plan.output(1).dense().values<double>()[i], 1e-12);
  EXPECT_THROW(BatchNormalization()(Input({.shape = {3}, .sparse = true})), InvalidArgument);
  EXPECT_THROW(BatchNormalization({.center = false})(Input({.shape = {3}, .sparse = true})), InvalidArgument);
}

TEST(BatchNormalization, AveragesOfAFrozenLayerStandStill) {
  const auto moving = [](BatchNormalization& layer) { return layer.get_weights().back().values<float>()[0]; };
  BatchNormalization layer({.center = false, .scale = false});  // No weights learn: only the flag matters.
  const Symbol in = Input({.shape = {2}}), outer_in = Input({.shape = {2}});
  Model inner(in, layer(in));
  Model model(outer_in, layers::Dense(1)(inner(outer_in)));  // The layer is in a model used as a layer.
  model.compile({.optimizer = "sgd", .loss = "mse"});
  model.train_on_batch(kFed, kY);
  const float first = moving(layer);
  EXPECT_NE(first, 1);
  // compile() makes flags take effect.
  const auto compile = [&] { model.compile({.optimizer = "sgd", .loss = "mse"}); };
  layer.set_trainable(false);
  compile();
  model.train_on_batch(kFed, kY);
  EXPECT_EQ(moving(layer), first);
  layer.set_trainable(true);
  compile();
  model.train_on_batch(kFed, kY);
  const float second = moving(layer);
  EXPECT_NE(second, first);
  model.set_trainable(false);  // Sets the flag of the inner model, not of its layers.
  compile();
  model.train_on_batch(kFed, kY);
  EXPECT_EQ(moving(layer), second);
}

// Numbers of Keras 3.15.
TEST(BatchNormalization, FrozenOneUsesItsAveragesIfItIsToldTo) {
  for (const bool uses_averages : {false, true}) {
    BatchNormalization layer(
        {.momentum = 0.5, .frozen_uses_averages = uses_averages, .unbiased_variance = false});
    const Symbol in = Input({.shape = {2}}), inner_in = Input({.shape = {2}});
    Model inner(inner_in, layer(inner_in));
    layers::Dense last(1, {.kernel_initializer = "ones"});
    Model model(in, last(inner(in)));
    layer.set_weights({tensor::Dense::of<float>({2}, std::vector<float>{2, 1}),
                       tensor::Dense::of<float>({2}, std::vector<float>{0, -1}),
                       tensor::Dense::of<float>({2}, std::vector<float>{1, 2}),
                       tensor::Dense::of<float>({2}, std::vector<float>{4, 9})});
    inner.set_trainable(false);
    const auto step = [&] {
      model.compile({.optimizer = optimizers::SGD{.lr = 0.01}, .loss = "mse"});
      return model.train_on_batch(kFed, kY)[0];
    };
    EXPECT_NEAR(step(), uses_averages ? 129.80902 : 15.502984, 1e-3);
    if (uses_averages) {
      EXPECT_NEAR(last.get_weights()[0].values<float>()[1], -1.3663, 1e-4);
    }
    EXPECT_EQ(layer.get_weights()[3].values<float>()[1], 9);
    inner.set_trainable(true);
    step();
    EXPECT_NEAR(layer.get_weights()[2].values<float>()[1], 16, 1e-4);
    EXPECT_NEAR(layer.get_weights()[3].values<float>()[1], 179.5, 1e-3);  // (9 + 350) / 2
  }
}

TEST(BatchNormalization, SharedOneMovesForEachUse) {
  BatchNormalization layer({.momentum = 0.5});
  const Symbol a = Input({.shape = {2}}), b = Input({.shape = {2}});
  Model model({a, b}, {layers::Dense(1)(layers::add({layer(a), layer(b)}))});
  model.compile({.optimizer = "sgd", .loss = "mse"});
  model.train_on_batch(Arrays{Array(kFed), Array(kFed)}, kY);
  EXPECT_NEAR(layer.get_weights()[2].values<float>()[0], 4 * 0.75, 1e-5);
}

}  // namespace
}  // namespace lacuna

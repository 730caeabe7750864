// Tests of layers with several outputs, masks of several inputs, and layers that behave differently in
// training.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "lacuna/base/testing.h"
#include "lacuna/layers/core.h"
#include "lacuna/layers/embedding.h"
#include "lacuna/layers/merge.h"
#include "lacuna/layers/noise.h"
#include "lacuna/layers/normalization.h"
#include "lacuna/models/testing.h"
#include "lacuna/ops/elementwise/operators.h"
#include "lacuna/ops/elementwise/unary.h"
#include "lacuna/ops/reductions/reduce.h"
#include "lacuna/optimizers/sgd.h"
#include "lacuna/saving/json.h"

namespace lacuna {
namespace {

using layers::Dense;
using layers::Input;
using layers::Inputs;
using layers::Layer;

// Sum and difference of two inputs.
class SumAndDifference final : public Layer {
 public:
  SumAndDifference() : Layer({.name = "both"}, "SumAndDifference") {
    describe(layers::no_settings, layers::LayerOptions{});
  }

 protected:
  std::vector<Symbol> call(const Inputs& in) override { return {in[0] + in[1], in[0] - in[1]}; }
};

TEST(Inputs, ALayerMayGiveSeveralOutputs) {
  const Symbol a = Input({.shape = {3}}), b = Input({.shape = {3}});
  const std::vector<Symbol> both = SumAndDifference()(Inputs({a, b}));
  ASSERT_EQ(both.size(), 2u);
  EXPECT_EQ(layers::call_of(both[0]), layers::call_of(both[1]));
  Model model({a, b}, both);
  const Problem p(4, 3);
  const auto out = model.predict_all(Arrays{Array(p.dense), Array(p.dense)});
  for (size_t i = 0; i < 12; ++i) {
    EXPECT_EQ(out[0].dense().values<float>()[i], 2 * p.dense.values<float>()[i]);
    EXPECT_EQ(out[1].dense().values<float>()[i], 0.0f);
  }
  EXPECT_EQ(model.network().layers().size(), 3u);
  // One of the outputs may be used alone.
  EXPECT_EQ(Model({a, b}, {Dense(1)(both[1])}).network().weights().size(), 2u);
}

// scale x + shift, where scale and shift are arguments of call.
class ScaledAndShifted final : public Layer {
 public:
  explicit ScaledAndShifted(layers::LayerOptions options) : Layer(options, "ScaledAndShifted") {
    state()->takes_arguments = true;
    describe(layers::no_settings, options);
  }

 protected:
  void build(const std::vector<Shape>& input_shapes) override { EXPECT_EQ(input_shapes.size(), 1u); }
  std::vector<Symbol> call(const Inputs& in) override {
    EXPECT_EQ(in.named, std::vector<std::string>{"shift"});
    return {in[0] * *in.arguments.at("scale").as<double>() + in[1]};
  }
};
const bool scaled_and_shifted_known =
    layers::known<ScaledAndShifted>("ScaledAndShifted", layers::no_settings);

TEST(Inputs, FurtherArgumentsAreKeptInAConfig) {
  ASSERT_TRUE(scaled_and_shifted_known);
  const Symbol a = Input({.shape = {3}, .name = "a"}), b = Input({.shape = {3}, .name = "b"});
  Inputs given({a, b}, false);
  given.arguments = {{"scale", 2.0}};
  given.named = {"shift"};
  Model model({a, b}, ScaledAndShifted({.name = "c"})(given));
  const Config config = model.get_config();
  EXPECT_NE(to_json(config).find(R"(["a",0,0,{"scale":2.0,"shift":["b",0,0]}])"), std::string::npos);
  const Problem p(4, 3);
  for (Model& one : std::vector<Model>{model, Model::from_config(config)})
    EXPECT_EQ(one.predict(Arrays{Array(p.dense), Array(p.dense)}).values<float>()[1],
              3 * p.dense.values<float>()[1]);
  EXPECT_THROW(Dense(1)(given), InvalidType);
}

TEST(Inputs, OneIsTakenWhereThereIsOne) {
  const Symbol a = Input({.shape = {3}});
  EXPECT_EQ(message_of<InvalidArgument>([&] {
              SumAndDifference()(std::vector{a, a});
            }),
            "both: the layer must give one output here; a Model of inputs and outputs takes several. "
            "Received: outputs=2.");
}

TEST(Inputs, OutputsHaveTheirPlaceInAConfig) {
  const Symbol a = Input({.shape = {3}, .name = "a"}), b = Input({.shape = {3}, .name = "b"});
  const std::vector<Symbol> both = SumAndDifference()(Inputs({a, b}));
  const Config config = Model({a, b}, {both[1]}).get_config();
  EXPECT_EQ(to_string(config.at("output_layers")), "[['both', 0, 1]]");
}

// The share of steps that count, for each input.
class Shares final : public Layer {
 public:
  Shares() : Layer({}, "Shares") { supports_masking(); }

 protected:
  std::vector<Symbol> call(const Inputs& in) override {
    std::vector<Symbol> shares;
    for (size_t i = 0; i < in.size(); ++i)
      shares.push_back(in.masks[i] ? mean(in.masks[i], {1}, true) : mean(ones_like(in[i]), {1, 2}, false));
    return shares;
  }
  std::vector<Symbol> compute_masks(const Inputs&) override { return {{}}; }
  static Symbol ones_like(const Symbol& x) { return exp(x * 0.0); }
};

TEST(Inputs, EachHasItsMask) {
  const Symbol a = Input({.shape = {4}, .name = "a"}), b = Input({.shape = {4}, .name = "b"});
  const Symbol masked = layers::Embedding(9, 2, {.mask_zero = true})(a), whole = layers::Embedding(9, 2)(b);
  const std::vector<Symbol> shares = Shares()(Inputs({masked, whole}));
  const std::vector<int64_t> ids{1, 0, 0, 3, 0, 0, 0, 5};
  Model model({a, b}, shares);
  const Array given(array<int64_t>{ids, {2, 4}});
  const auto out = model.predict_all(Arrays{given, given});
  EXPECT_EQ(out[0].dense().values<float>()[0], 0.5f);
  EXPECT_EQ(out[0].dense().values<float>()[1], 0.25f);
  EXPECT_EQ(out[1].dense().values<float>()[1], 1.0f);
}

// A layer whose code branches on `training`: 3 x in training, else x.
class Branches final : public Layer {
 public:
  Branches() : Layer({}, "Branches") {}

 protected:
  std::vector<Symbol> call(const Inputs& in) override {
    if (in.training) return branch(in[0], *in.training);
    return in_both_phases([&](bool training) { return branch(in[0], training); });
  }
  std::vector<Symbol> branch(const Symbol& x, bool training) {
    const Symbol y = drop_(Inputs({x}, false, training))[0];
    return {training ? y * 3.0 : y};
  }
  layers::Dropout drop_{0.0};
};

TEST(Inputs, WhatDiffersInTrainingIsTakenAsTheModelTrains) {
  const Symbol x = Input({.shape = {2}});
  Model model(x, Branches()(x));
  model.compile({.optimizer = optimizers::SGD{}, .loss = "mse"});
  const std::vector<float> ones{1, 1};
  const Array in(array<float>{ones, {1, 2}});
  const std::vector<float> none{0, 0};
  const Array y(array<float>{none, {1, 2}});
  EXPECT_EQ(model.evaluate(in, y, {.verbose = 0})[0], 1.0);
  EXPECT_EQ(model.fit(in, y, {.verbose = 0}).history.at("loss")[0], 9.0);
  Model never(x, Branches()(Inputs({x}, false, false))[0]);
  never.compile({.optimizer = optimizers::SGD{}, .loss = "mse"});
  EXPECT_EQ(never.fit(in, y, {.verbose = 0}).history.at("loss")[0], 1.0);
}

TEST(Inputs, WithoutTrainingDropoutAndNoisePassOn) {
  const Symbol x = Input({.shape = {4}});
  EXPECT_EQ(layers::Dropout(0.5)(Inputs({x}, false, false))[0].node(), x.node());
  EXPECT_EQ(layers::GaussianNoise(1)(Inputs({x}, false, false))[0].node(), x.node());
  EXPECT_NE(layers::Dropout(0.5)(x).node(), x.node());
}

TEST(Inputs, OneThatIsATensorIsNotFed) {
  const std::vector<float> values{1, 2, 3, 4, 5, 6}, y{0, 1, 2};
  const auto variable = std::make_shared<Variable>("v", tensor::Dense::of<float>({3, 2}, values));
  const Symbol x = Input({.name = "x", .tensor = read(variable)}), z = Input({.shape = {2}, .name = "z"});
  EXPECT_EQ(x.shape(), (Shape{3, 2}));
  Model alone(x, Dense(1, {.kernel_initializer = "ones"})(x));
  EXPECT_TRUE(alone.network().fed_inputs().empty());
  EXPECT_EQ(alone.network().own_rows(), 3);
  alone.compile({.optimizer = optimizers::SGD{.lr = 0.01}, .loss = "mse"});
  EXPECT_NEAR(alone.train_on_batch({}, Array(y))[0], (9 + 36 + 81) / 3.0, 1e-5);
  EXPECT_EQ(alone.fit({}, Array(y), {.batch_size = 3, .epochs = 2, .verbose = 0}).epoch.size(), 2u);
  EXPECT_EQ(alone.predict_on_batch({})[0].shape(), (Shape{3, 1}));
  EXPECT_EQ(
      message_of<InvalidArgument>([&] { alone.predict(Arrays{}); }),
      "predict: steps must be given where there are no arrays, as of a model whose inputs are all tensors. "
      "Received: none.");
  Model both({x, z}, {layers::add({x, z})});
  const array fed{std::span<const float>(values), {3, 2}};
  EXPECT_EQ(both.predict(fed).values<float>()[5], 12.0f);
  Model on_others({z}, both(std::vector{z, z}));
  EXPECT_EQ(on_others.predict(fed).values<float>()[5], 12.0f);
  EXPECT_THROW(both.predict(fed, {.batch_size = 2}), InvalidArgument);
  Model parts({x, z}, {Dense(1)(x), Dense(1)(z)});
  EXPECT_EQ(
      message_of<InvalidArgument>([&] { parts.predict_all(Array(fed), {.batch_size = 2}); }),
      "predict: a batch must have as many rows as the outputs, which get theirs from an input that is a "
      "tensor; write batch_size=3. Received: a batch of 2 rows.");
}

TEST(Inputs, InTrainingAlwaysTheyActInPredictionsToo) {
  const Symbol x = Input({.shape = {64}});
  Model model(x, layers::Dropout(0.5)(Inputs({x}, false, true))[0]);
  const std::vector<float> ones(4 * 64, 1);
  const auto predict = [&] { return model.predict(Array(array<float>{ones, {4, 64}}), {.batch_size = 2}); };
  const tensor::Dense first = predict(), second = predict();
  const auto a = first.values<float>(), b = second.values<float>();
  EXPECT_TRUE(std::ranges::all_of(a, [](float v) { return v == 0 || v == 2; }));
  EXPECT_FALSE(std::ranges::equal(a, b));
  EXPECT_FALSE(std::ranges::equal(a.first(128), a.last(128)));
}

TEST(Inputs, WithoutTrainingAveragesStandStill) {
  const Symbol x = Input({.shape = {2}});
  layers::BatchNormalization frozen;
  Model model(x, Dense(1)(frozen(Inputs({x}, false, false))[0]));
  model.compile({.optimizer = optimizers::SGD{.lr = 0.01}, .loss = "mse"});
  const std::vector<float> values{1, 2, 3, 4}, y{0, 1};
  model.fit(Array(array<float>{values, {2, 2}}), Array(y), {.epochs = 2, .verbose = 0});
  const auto averages = frozen.get_weights();
  EXPECT_EQ(averages[2].values<float>()[0], 0.0f);
  EXPECT_EQ(averages[3].values<float>()[0], 1.0f);
}

}  // namespace
}  // namespace lacuna

// Recurrent layers: gradients against finite differences. Values are compared with NumPy in
// python/tests/test_recurrent.py.
#include <gtest/gtest.h>

#include "lacuna/layers/embedding.h"
#include "lacuna/layers/input.h"
#include "lacuna/layers/recurrent/gru.h"
#include "lacuna/layers/recurrent/lstm.h"
#include "lacuna/layers/recurrent/simple_rnn.h"
#include "lacuna/ops/testing.h"
#include "tests/gradient_check.h"

namespace lacuna::layers {
namespace {

using test::expect_gradients;
using test::random_dense;

Symbol steps_of(Dim features) { return Input({.shape = {None, features}, .dtype = DType::float64}); }

RecurrentOptions options() { return {.recurrent_activation = "sigmoid", .dtype = DType::float64}; }

TEST(Recurrent, GradientsOfLSTM) {
  RecurrentOptions o = options();
  const Symbol x = steps_of(3);
  expect_gradients({x}, LSTM(2, o)(x), {random_dense<double>({3, 4, 3}, 1)});
  o.return_sequences = o.go_backwards = true;
  const Symbol y = steps_of(3);
  expect_gradients({y}, LSTM(2, o)(y), {random_dense<double>({3, 4, 3}, 1)});
}

TEST(Recurrent, GradientsOfGRU) {
  for (const bool after : {false, true}) {
    RecurrentOptions o = options();
    o.reset_after = after;
    const Symbol x = steps_of(3);
    expect_gradients({x}, GRU(2, o)(x), {random_dense<double>({2, 3, 3}, 2)});
  }
}

TEST(Recurrent, GradientsOfSimpleRNN) {
  const Symbol x = steps_of(3);
  expect_gradients({x}, SimpleRNN(2, options())(x), {random_dense<double>({2, 3, 3}, 3)});
}

TEST(Recurrent, GradientsWithDropout) {
  for (const int implementation : {1, 2}) {
    RecurrentOptions o = options();
    o.dropout = 0.3, o.recurrent_dropout = 0.4, o.implementation = implementation;
    const Symbol x = steps_of(3), y = steps_of(3);
    expect_gradients({x}, LSTM(3, o)(x), {random_dense<double>({4, 3, 3}, 4)});
    expect_gradients({y}, GRU(3, o)(y), {random_dense<double>({4, 3, 3}, 4)});
  }
}

TEST(Recurrent, GradientsOfInitialStates) {
  const Symbol x = steps_of(3), h = Input({.shape = {2}, .dtype = DType::float64}),
               c = Input({.shape = {2}, .dtype = DType::float64});
  expect_gradients(
      {x, h, c}, LSTM(2, options())(std::vector{x, h, c}),
      {random_dense<double>({3, 4, 3}, 1), random_dense<double>({3, 2}, 2), random_dense<double>({3, 2}, 3)});
}

TEST(Recurrent, GradientsWithAMask) {
  const Symbol ids = Input({.shape = {None}, .dtype = DType::int32});
  const Symbol x = Embedding(5, 3, {.mask_zero = true, .dtype = DType::float64})(ids);
  RecurrentOptions o = options();
  o.return_sequences = true;
  expect_gradients(
      {ids}, LSTM(2, o)(x),
      {tensor::Dense::of<int32_t>({3, 4}, std::vector<int32_t>{1, 2, 0, 0, 3, 0, 4, 1, 0, 0, 0, 0})});
}

TEST(Recurrent, GradientsOfStackedCells) {
  const Symbol x = steps_of(3);
  std::vector<std::shared_ptr<Cell>> cells{std::make_shared<LSTMCell>(2, options()),
                                           std::make_shared<GRUCell>(3, options())};
  RecurrentOptions o = options();
  o.return_state = true;
  RNN layer(std::make_shared<StackedRNNCells>(cells, StackedOptions{.dtype = DType::float64}), o);
  const std::vector<Symbol> outputs = layer(Inputs({x}, false));
  ASSERT_EQ(outputs.size(), 4u);
  EXPECT_EQ(outputs[1].shape(), (Shape{None, 2}));
  EXPECT_EQ(outputs[3].shape(), (Shape{None, 3}));
  expect_gradients({x}, outputs[0], {random_dense<double>({3, 4, 3}, 1)});
}

TEST(Recurrent, CarriesTheStatesFromRunToRun) {
  RecurrentOptions o;
  o.stateful = o.go_backwards = true;
  const Symbol x = Input({.batch_shape = {2, 3, 3}});
  LSTM layer(4, o);
  Plan plan({x}, {layer(x)}, false);
  const Tensor feed = random_dense({2, 3, 3}, 1);
  std::vector<std::vector<float>> results;
  for (int i = 0; i < 3; ++i) {
    if (i == 2) layer.reset_states();
    plan.run(std::vector{&feed});
    results.push_back(test::values(plan.output(0)));
  }
  EXPECT_NE(results[0], results[1]);
  EXPECT_EQ(results[0], results[2]);
}

TEST(Recurrent, TakesStatesBeforeTheFirstCall) {
  RecurrentOptions o;
  o.stateful = true;
  GRU unknown(3, o);
  EXPECT_THROW(unknown.reset_states(), InvalidArgument);
  o.batch_input_shape = {2, 4, 3};
  GRU layer(3, o);
  const std::vector<float> ones(6, 1);
  layer.reset_states({tensor::Dense::of<float>({2, 3}, ones)});
  ASSERT_EQ(layer.states().size(), 1u);
  layer(Input({.batch_shape = {2, 4, 3}}));
  EXPECT_EQ(test::values(Tensor(layer.states()[0]->to_dense())), ones);
  EXPECT_THROW(layer.reset_states({tensor::Dense::of<float>({2, 3}, ones), {}}), InvalidArgument);
}

TEST(Recurrent, AnIdentityForEachGate) {
  RecurrentOptions o;
  o.recurrent_initializer = initializers::Identity{.gain = 2};
  LSTM layer(2, o);
  layer(Input({.shape = {4, 3}}));
  EXPECT_EQ(test::values(Tensor(layer.get_weights()[1])),
            (std::vector<float>{2, 0, 2, 0, 2, 0, 2, 0, 0, 2, 0, 2, 0, 2, 0, 2}));
}

TEST(Recurrent, SaysWhatDoesNotFit) {
  EXPECT_THROW(LSTM(0), InvalidArgument);
  EXPECT_THROW(LSTM(2, {.dropout = 1}), InvalidArgument);
  const Symbol flat = Input({.shape = {3}});
  EXPECT_THROW(LSTM(2)(flat), InvalidArgument);
  const Symbol x = Input({.shape = {4, 3}});
  EXPECT_THROW(LSTM(2)(std::vector{x, flat}), InvalidArgument);
  EXPECT_THROW(LSTM(2)(std::vector{x, flat, flat}), InvalidArgument);
}

}  // namespace
}  // namespace lacuna::layers

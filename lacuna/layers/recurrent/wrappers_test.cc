// Bidirectional and TimeDistributed: gradients against finite differences, masks, settings.
#include <gtest/gtest.h>

#include "lacuna/layers/core.h"
#include "lacuna/layers/dense.h"
#include "lacuna/layers/embedding.h"
#include "lacuna/layers/input.h"
#include "lacuna/layers/recurrent/bidirectional.h"
#include "lacuna/layers/recurrent/gru.h"
#include "lacuna/layers/recurrent/lstm.h"
#include "lacuna/layers/recurrent/nested.h"
#include "lacuna/layers/recurrent/time_distributed.h"
#include "lacuna/ops/testing.h"
#include "tests/gradient_check.h"

namespace lacuna::layers {
namespace {

using test::expect_gradients;
using test::random_dense;

Symbol doubles(const Shape& shape) { return Input({.shape = shape, .dtype = DType::float64}); }

std::shared_ptr<LSTM> lstm_of(bool sequences, bool state = false) {
  return std::make_shared<LSTM>(2, RecurrentOptions{.recurrent_activation = "sigmoid",
                                                    .return_sequences = sequences,
                                                    .return_state = state,
                                                    .name = "inner",
                                                    .dtype = DType::float64});
}

TEST(Bidirectional, Gradients) {
  for (const std::string mode : {"concat", "sum", "mul", "ave"})
    for (const bool sequences : {false, true}) {
      const Symbol x = doubles({None, 3});
      Bidirectional layer(lstm_of(sequences), {.merge_mode = mode, .dtype = DType::float64});
      expect_gradients({x}, layer(x), {random_dense<double>({3, 4, 3}, 1)});
      EXPECT_EQ(layer.weights().size(), 6u);
    }
}

TEST(Bidirectional, GivesBothOutputsAndTheStates) {
  Bidirectional layer(lstm_of(true, true), {.merge_mode = {}, .dtype = DType::float64});
  const Symbol x = doubles({4, 3}), state = doubles({2});
  const std::vector<Symbol> outputs = layer(Inputs({x, state, state, state, state}));
  ASSERT_EQ(outputs.size(), 6u);
  EXPECT_EQ(outputs[1].shape(), (Shape{None, 4, 2}));
  EXPECT_EQ(outputs[5].shape(), (Shape{None, 2}));
  EXPECT_THROW(layer(Inputs({x, state})), InvalidArgument);
  EXPECT_EQ(layer.forward_layer().name(), "forward_inner");
}

TEST(Bidirectional, IsMadeAgainFromItsSettings) {
  Bidirectional layer(lstm_of(true), {.merge_mode = "ave", .name = "both"});
  const Config config = layer.get_config();
  const auto again = from_config("Bidirectional", config);
  EXPECT_TRUE(again->get_config() == config);
  const auto stacked = std::make_shared<StackedRNNCells>(
      std::vector<std::shared_ptr<Cell>>{std::make_shared<LSTMCell>(2), std::make_shared<GRUCell>(3)});
  Bidirectional of_cells(std::make_shared<RNN>(stacked, RecurrentOptions{.return_sequences = true}));
  EXPECT_EQ(of_cells(Input({.shape = {4, 5}})).shape(), (Shape{None, 4, 6}));
  EXPECT_TRUE(from_config("Bidirectional", of_cells.get_config())->get_config() == of_cells.get_config());
  EXPECT_THROW(Bidirectional(lstm_of(true), {.merge_mode = "max"}), InvalidArgument);
  EXPECT_THROW(from_config("Bidirectional", {}), InvalidArgument);
  EXPECT_THROW(from_config("Bidirectional", {{"layer", nested_config(Dense(2))}}), InvalidArgument);
}

TEST(TimeDistributed, Gradients) {
  const Symbol x = doubles({None, 3});
  TimeDistributed dense(
      std::make_shared<Dense>(2, DenseOptions{.activation = "tanh", .dtype = DType::float64}),
      {.dtype = DType::float64});
  for (const Dim batch : {3, 1}) expect_gradients({x}, dense(x), {random_dense<double>({batch, 4, 3}, 1)});
  const Symbol deep = doubles({None, None, 3});
  TimeDistributed recurrent(lstm_of(false), {.dtype = DType::float64});
  expect_gradients({deep}, recurrent(deep), {random_dense<double>({2, 2, 3, 3}, 1)});
}

TEST(TimeDistributed, MasksStepsByWhatIsInThem) {
  const Symbol ids = Input({.shape = {None, None}, .dtype = DType::int32});
  TimeDistributed embedded(std::make_shared<Embedding>(5, 3, EmbeddingOptions{.mask_zero = true}));
  const Symbol x = embedded(ids);
  const Symbol y = TimeDistributed(std::make_shared<GRU>(2))(x);
  ASSERT_TRUE(mask_of(x) && mask_of(y));
  const std::vector<Tensor> feeds{
      tensor::Dense::of<int32_t>({2, 2, 2}, std::vector<int32_t>{1, 0, 0, 0, 2, 3, 0, 4})};
  const auto masks = test::run({mask_of(x), mask_of(y)}, {ids}, feeds);
  EXPECT_EQ(test::values(masks[0]), (std::vector<float>{1, 0, 0, 0, 1, 1, 0, 1}));
  EXPECT_EQ(test::values(masks[1]), (std::vector<float>{1, 0, 1, 1}));
}

TEST(TimeDistributed, IsMadeAgainFromItsSettings) {
  TimeDistributed layer(std::make_shared<TimeDistributed>(std::make_shared<Dense>(2)));
  EXPECT_TRUE(from_config("TimeDistributed", layer.get_config())->get_config() == layer.get_config());
  EXPECT_EQ(layer(Input({.shape = {4, 5, 3}})).shape(), (Shape{None, 4, 5, 2}));
  EXPECT_THROW(layer(Input({.shape = {3}})), InvalidArgument);
}

}  // namespace
}  // namespace lacuna::layers

// Shapes of outputs of layers that have no weights yet, and what must not change when they are asked for.
#include <gtest/gtest.h>

#include "lacuna/base/message.h"
#include "lacuna/base/random.h"
#include "lacuna/base/testing.h"
#include "lacuna/layers/calls.h"
#include "lacuna/layers/convolution.h"
#include "lacuna/layers/core.h"
#include "lacuna/layers/dense.h"
#include "lacuna/layers/embedding.h"
#include "lacuna/layers/input.h"
#include "lacuna/layers/merge.h"
#include "lacuna/layers/normalization.h"
#include "lacuna/layers/recurrent/lstm.h"
#include "lacuna/models/sequential.h"

namespace lacuna::layers {
namespace {

TEST(Sketch, GivesTheShapeThatACallWouldGive) {
  EXPECT_EQ(Dense(3).compute_output_shape({None, 5}), (Shape{None, 3}));
  EXPECT_EQ(Dense(3).compute_output_shape({None, None, 5}), (Shape{None, None, 3}));
  EXPECT_EQ(Conv1D(4, {3}).compute_output_shape({None, 10, 2}), (Shape{None, 8, 4}));
  EXPECT_EQ(Flatten().compute_output_shape({None, 3, 4}), (Shape{None, 12}));
  EXPECT_EQ(BatchNormalization().compute_output_shape({7, 4}), (Shape{7, 4}));
  EXPECT_EQ(LSTM(6, {.return_sequences = true}).compute_output_shape({None, 5, 2}), (Shape{None, 5, 6}));
  EXPECT_EQ(Concatenate().compute_output_shapes({{None, 2}, {None, 3}}), (std::vector<Shape>{{None, 5}}));
  EXPECT_EQ(LSTM(6, {.return_state = true}).compute_output_shapes({{None, 5, 2}}, false),
            (std::vector<Shape>{{None, 6}, {None, 6}, {None, 6}}));
}

TEST(Sketch, SizesBeyond2To63AreErrors) {
  const Dim half = Dim{1} << 40, big = Dim{1} << 62;
  EXPECT_EQ(message_of<InvalidArgument>([&] {
              Flatten().compute_output_shape({None, half, half});
            }),
            text("reshape: sizes must be below 2^63. Received: ", half, " * ", half, "."));
  EXPECT_EQ(Flatten().compute_output_shape({None, half, half / 1024 / 1024}), (Shape{None, Dim{1} << 60}));
  EXPECT_THROW(Concatenate().compute_output_shapes({{None, big}, {None, big}}), InvalidArgument);
  EXPECT_EQ(Concatenate().compute_output_shapes({{None, big}, {None, big - 1}})[0], (Shape{None, INT64_MAX}));
  EXPECT_THROW(LSTM(big).compute_output_shape({None, 3, 2}), InvalidArgument);
}

TEST(Sketch, MakesNoWeights) {
  const Dim many = Dim{1} << 40;
  Embedding table(many, 8);
  EXPECT_EQ(table.compute_output_shape({None, 3}), (Shape{None, 3, 8}));
  EXPECT_TRUE(table.weights().empty());
  EXPECT_FALSE(table.state()->built);
  EXPECT_EQ(Dense(2, {.sparse_weight = true}).compute_output_shape({None, many}), (Shape{None, 2}));
  EXPECT_EQ(Dense(2).compute_output_shape({None, many}), (Shape{None, 2}));
  LSTM lstm(4);
  lstm.compute_output_shape({None, 3, 2});
  EXPECT_TRUE(lstm.weights().empty());
  EXPECT_TRUE(lstm.state()->inner.empty());
  lstm(Input({.shape = {3, 2}}));
  EXPECT_EQ(lstm.weights().size(), 3u);
}

TEST(Sketch, LeavesABuiltLayerAsItIs) {
  Dense dense(3);
  const Symbol y = dense(Input({.shape = {5}}));
  const auto before = dense.weights();
  EXPECT_EQ(dense.compute_output_shape({9, 5}), (Shape{9, 3}));
  EXPECT_EQ(dense.weights(), before);
  EXPECT_EQ(calls_of(*dense.state()).size(), 1u);
  EXPECT_THROW(dense.compute_output_shape({9, 6}), InvalidArgument);
}

// The names and random numbers of what is made later.
TEST(Sketch, ChangesNoNamesAndNoRandomNumbers) {
  const auto made = [](bool asks) {
    set_random_seed(3);
    reset_names();
    Dense dense(2);
    if (asks) dense.compute_output_shape({None, 4});
    dense(Input({.shape = {4}}));
    Dense other(2);
    return std::pair(other.name(), dense.get_weights()[0].values<float>()[0]);
  };
  EXPECT_EQ(made(true), made(false));
}

TEST(Sketch, OfModels) {
  Sequential model({Dense(3), Dense(2)});
  EXPECT_EQ(model.compute_output_shape({None, 7}), (Shape{None, 2}));
  EXPECT_FALSE(model.built());
  EXPECT_EQ(Sequential({model, Dense(9)}).compute_output_shape({None, 7}), (Shape{None, 9}));
  model.build({None, 7});
  EXPECT_EQ(model.compute_output_shape({4, 7}), (Shape{4, 2}));
  EXPECT_THROW(model.compute_output_shape({4, 8}), InvalidArgument);
}

TEST(MakeWeights, BeforeTheFirstCall) {
  Dense dense(2);
  dense.make_weights_for({{None, 4}});
  const auto before = dense.weights();
  dense(Input({.shape = {4}}));
  EXPECT_EQ(before.size(), 2u);
  EXPECT_EQ(dense.weights(), before);
}

TEST(FirstWeights, ReplaceWhatIsDrawn) {
  Dense dense(1, {.use_bias = false});
  dense.set_first_weights({tensor::Dense::of<float>({2, 1}, std::vector<float>{3, 4})});
  EXPECT_EQ(dense.compute_output_shape({None, 2}), (Shape{None, 1}));
  dense(Input({.shape = {2}}));
  EXPECT_EQ(dense.get_weights()[0].values<float>()[1], 4);
  Dense wrong(1);
  wrong.set_first_weights({tensor::Dense::of<float>({2, 1}, std::vector<float>{3, 4})});
  EXPECT_THROW(wrong(Input({.shape = {2}})), InvalidArgument);
}

TEST(AddedOutsideOfACall, CountsForModelsThatCanComputeIt) {
  const Symbol x = Input({.shape = {2}}), other = Input({.shape = {2}});
  Dense dense(1);
  const Symbol y = dense(x);
  dense(other);
  Model model(x, y);
  EXPECT_EQ(model.network().activity_losses().size(), 0u);
  dense.add_loss(x);
  dense.add_loss(constant(1, DType::float32));
  dense.add_loss(other);  // The model is not fed with this one.
  EXPECT_EQ(model.network().activity_losses().size(), 2u);
}

}  // namespace
}  // namespace lacuna::layers

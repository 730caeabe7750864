// Tests of the layers of convolution and pooling: shapes, gradients, and training of a text CNN.
#include "lacuna/layers/convolution.h"

#include <gtest/gtest.h>
#include <lacuna/lacuna.h>

#include "tests/gradient_check.h"

namespace lacuna {
namespace {

Tensor random_input(const Shape& shape) {
  Generator random(7);
  std::vector<double> values(static_cast<size_t>(size_of(shape)));
  for (double& v : values) v = random.normal();
  return tensor::Dense::of<double>(shape, values);
}

// The shape of the result without the batch; the gradients are checked.
Shape checked(const Shape& shape, const std::function<Symbol(const Symbol&)>& layer) {
  const Symbol in = Input({.shape = shape, .dtype = DType::float64});
  const Symbol y = layer(in);
  Shape batch = shape;
  batch.insert(batch.begin(), 2);
  test::expect_gradients({in}, y, {random_input(batch)});
  return {y.shape().begin() + 1, y.shape().end()};
}

TEST(ConvolutionLayers, GradientsAndShapes) {
  using namespace layers;
  const auto f64 = DType::float64;
  EXPECT_EQ(checked({6, 2},
                    [&](const Symbol& x) { return Conv1D(3, {3}, {.activation = "tanh", .dtype = f64})(x); }),
            (Shape{4, 3}));
  EXPECT_EQ(checked({6, 2},
                    [&](const Symbol& x) {
                      return Conv1D(3, {2}, {.padding = "causal", .dilation_rate = {2}, .dtype = f64})(x);
                    }),
            (Shape{6, 3}));
  EXPECT_EQ(
      checked({2, 5, 4},
              [&](const Symbol& x) {
                return Conv2D(
                    3, {3, 2},
                    {.strides = {2, 1}, .padding = "same", .data_format = "channels_first", .dtype = f64})(x);
              }),
      (Shape{3, 3, 4}));
  EXPECT_EQ(checked({3, 3, 2, 2},
                    [&](const Symbol& x) { return Conv3D(2, {2}, {.use_bias = false, .dtype = f64})(x); }),
            (Shape{2, 2, 1, 2}));
  EXPECT_EQ(checked({3, 2, 2},
                    [&](const Symbol& x) {
                      return Conv2DTranspose(3, {3, 2}, {.strides = {2}, .padding = "same", .dtype = f64})(x);
                    }),
            (Shape{6, 4, 3}));
  EXPECT_EQ(
      checked({3, 2, 2},
              [&](const Symbol& x) {
                return Conv2DTranspose(3, {3}, {.strides = {2}, .output_padding = {1, 0}, .dtype = f64})(x);
              }),
      (Shape{8, 5, 3}));
  EXPECT_EQ(checked({2, 2, 1, 2},
                    [&](const Symbol& x) {
                      return Conv3DTranspose(
                          2, {2}, {.strides = {2}, .data_format = "channels_last", .dtype = f64})(x);
                    }),
            (Shape{4, 4, 2, 2}));
}

TEST(PoolingLayers, GradientsAndShapes) {
  using namespace layers;
  const auto f64 = DType::float64;
  EXPECT_EQ(checked({5, 3}, [&](const Symbol& x) { return MaxPooling1D({2}, {.dtype = f64})(x); }),
            (Shape{2, 3}));
  EXPECT_EQ(
      checked({3, 5, 4},
              [&](const Symbol& x) {
                return AveragePooling2D(
                    {3, 2},
                    {.strides = {2, 1}, .padding = "same", .data_format = "channels_first", .dtype = f64})(x);
              }),
      (Shape{3, 3, 4}));
  EXPECT_EQ(checked({4, 4, 2, 3}, [&](const Symbol& x) { return MaxPooling3D({2}, {.dtype = f64})(x); }),
            (Shape{2, 2, 1, 3}));
  EXPECT_EQ(checked({4, 3, 2}, [&](const Symbol& x) { return GlobalAveragePooling2D({.dtype = f64})(x); }),
            (Shape{2}));
  EXPECT_EQ(checked({4, 3, 2, 1},
                    [&](const Symbol& x) {
                      return GlobalMaxPooling3D({.data_format = "channels_first", .dtype = f64})(x);
                    }),
            (Shape{4}));
}

TEST(PaddingLayers, GradientsAndShapes) {
  using namespace layers;
  const auto f64 = DType::float64;
  EXPECT_EQ(
      checked({4, 3, 2},
              [&](const Symbol& x) {
                return ZeroPadding2D({{1, 0}, {0, 2}}, {.data_format = "channels_first", .dtype = f64})(x);
              }),
      (Shape{4, 4, 4}));
  EXPECT_EQ(checked({4, 3},
                    [&](const Symbol& x) {
                      return Cropping1D({{1, 2}}, {.dtype = f64})(x);
                    }),
            (Shape{1, 3}));
  EXPECT_EQ(checked({2, 3, 2},
                    [&](const Symbol& x) {
                      return UpSampling2D({2, 3}, {.interpolation = "bilinear", .dtype = f64})(x);
                    }),
            (Shape{4, 9, 2}));
  EXPECT_EQ(checked({2, 3, 1, 2}, [&](const Symbol& x) { return UpSampling3D({2}, {.dtype = f64})(x); }),
            (Shape{4, 6, 2, 2}));
}

TEST(SeparableLayers, GradientsAndShapes) {
  using namespace layers;
  const auto f64 = DType::float64;
  EXPECT_EQ(
      checked({5, 4, 2},
              [&](const Symbol& x) {
                return SeparableConv2D(3, {2}, {.strides = {2, 1}, .depth_multiplier = 2, .dtype = f64})(x);
              }),
      (Shape{2, 3, 3}));
  EXPECT_EQ(checked({2, 4, 5},
                    [&](const Symbol& x) {
                      return DepthwiseConv2D({3}, {.padding = "same",
                                                   .data_format = "channels_first",
                                                   .activation = "tanh",
                                                   .dtype = f64})(x);
                    }),
            (Shape{2, 4, 5}));
  EXPECT_EQ(checked({5, 2}, [&](const Symbol& x) { return LocallyConnected1D(3, {2}, {.dtype = f64})(x); }),
            (Shape{4, 3}));
  EXPECT_EQ(checked({2, 4, 3},
                    [&](const Symbol& x) {
                      return LocallyConnected2D(
                          2, {2}, {.strides = {2, 1}, .data_format = "channels_first", .dtype = f64})(x);
                    }),
            (Shape{2, 2, 2}));
}

TEST(ConvolutionLayers, ATextCNNLearns) {
  layers::Embedding embedding(50, 8);
  const Symbol words = Input({.shape = {12}, .dtype = DType::int32});
  const Symbol features = layers::Conv1D(16, {3}, {.activation = "relu"})(embedding(words));
  Model model(words, layers::Dense(1, {.activation = "sigmoid"})(layers::GlobalMaxPooling1D()(features)));
  Generator random(3);
  std::vector<int32_t> ids(64 * 12);
  std::vector<float> labels(64);
  for (size_t i = 0; i < 64; ++i) {
    for (size_t j = 0; j < 12; ++j) ids[i * 12 + j] = 2 + static_cast<int32_t>(random.uniform() * 48);
    if ((labels[i] = static_cast<float>(i % 2)) != 0) ids[i * 12 + i % 11] = 0, ids[i * 12 + i % 11 + 1] = 1;
  }
  model.compile({.optimizer = optimizers::Adam{.lr = 0.01}, .loss = "binary_crossentropy"});
  const array x{std::span<const int32_t>(ids), {64, 12}};
  const double before = model.test_on_batch(x, labels)[0];
  for (int step = 0; step < 60; ++step) model.train_on_batch(x, labels);
  EXPECT_LT(model.test_on_batch(x, labels)[0], before / 4);
}

TEST(ConvolutionLayers, SayWhatIsWrong) {
  using namespace layers;
  EXPECT_THROW(Conv1D(0, {3}), InvalidArgument);
  EXPECT_THROW(Conv2D(1, {3, 3, 3}), InvalidArgument);
  EXPECT_THROW(Conv2D(1, {3}, {.padding = "causal"}), InvalidArgument);
  EXPECT_THROW(Conv2D(1, {3}, {.output_padding = {0, 0}}), InvalidArgument);
  EXPECT_THROW(Conv2D(1, {3}, {.data_format = "channels"}), InvalidArgument);
  EXPECT_THROW(Conv2DTranspose(1, {3}, {.strides = {2}, .output_padding = {2, 0}}), InvalidArgument);
  EXPECT_THROW(MaxPooling1D({2}, {.padding = "causal"}), InvalidArgument);
  EXPECT_THROW(Conv1D(1, {3})(Input({.shape = {3}, .sparse = true})), InvalidArgument);
  EXPECT_THROW(Conv1D(1, {3})(Input({.shape = {5, None}})), InvalidArgument);
  layers::Embedding masked(5, 2, {.mask_zero = true});
  const Symbol words = Input({.shape = {4}, .dtype = DType::int32});
  EXPECT_THROW(Conv1D(1, {3})(masked(words)), InvalidArgument);
}

}  // namespace
}  // namespace lacuna

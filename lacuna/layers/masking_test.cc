// Tests of masks, as in Keras: where they come from, which layers pass them on, and that the loss uses them.
#include <gtest/gtest.h>
#include <lacuna/lacuna.h>

#include "tests/gradient_check.h"

namespace lacuna {
namespace {

using layers::Embedding;
using layers::mask_of;

const std::vector<int64_t> kIds{1, 2, 0, 3, 0,
                                0, 0, 0, 0};  // Three rows of three steps; the last is padding.
const array kMaskingX{std::span<const int64_t>(kIds), {3, 3}};

std::vector<float> values(const tensor::Dense& x) {
  return {x.values<float>().begin(), x.values<float>().end()};
}

std::vector<float> mask_values(const Symbol& in, const Symbol& y) {
  Model model(in, mask_of(y));
  return values(model.predict(kMaskingX));
}

TEST(Mask, OfAnEmbeddingGoesThroughLayersThatSupportIt) {
  const Symbol in = Input({.shape = {3}});
  Symbol y = Embedding(4, 2, {.mask_zero = true})(in);
  const std::vector<float> want{1, 1, 0, 1, 0, 0, 0, 0, 0};
  EXPECT_EQ(mask_values(in, y), want);
  y = layers::Dense(5)(layers::Dropout(0.5)(layers::Activation("relu")(y)));
  EXPECT_EQ(mask_values(in, layers::BatchNormalization()(y)), want);
  const Symbol unmasked = Embedding(4, 5)(in);
  EXPECT_FALSE(static_cast<bool>(mask_of(unmasked)));
  EXPECT_EQ(mask_values(in, layers::add({y, unmasked})), want);
  EXPECT_EQ(mask_values(in, layers::concatenate({y, unmasked})), want);
  EXPECT_EQ(mask_values(in, layers::concatenate({y, unmasked}, 1)),
            (std::vector<float>{1, 1, 0, 1, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1}));
  EXPECT_FALSE(static_cast<bool>(mask_of(layers::GlobalAveragePooling1D()(y))));
}

TEST(Mask, IsAnErrorWhereALayerDoesNotSupportIt) {
  const Symbol in = Input({.shape = {3}});
  const Symbol y = Embedding(4, 2, {.mask_zero = true})(in);
  EXPECT_THROW(layers::Flatten()(y), InvalidArgument);
  EXPECT_THROW(layers::GlobalMaxPooling1D()(y), InvalidArgument);
  EXPECT_THROW(layers::Reshape({6})(y), InvalidArgument);
  const Symbol inner_in = Input({.shape = {3, 2}});
  Model inner(inner_in, layers::Flatten()(inner_in));
  EXPECT_THROW(inner(y), InvalidArgument);
}

TEST(Mask, OfMaskingIsWhereAllFeaturesAreTheValue) {
  const Symbol in = Input({.shape = {2, 2}});
  const std::vector<float> x{1, 7, 7, 7, 7, 7, 2, 3};
  const array fed{std::span<const float>(x), {2, 2, 2}};
  const Symbol y = layers::Masking(7)(in);
  Model model({in}, {y, mask_of(y)});
  const auto out = model.predict_all(fed);
  EXPECT_EQ(values(out[0].dense()), (std::vector<float>{1, 7, 0, 0, 0, 0, 2, 3}));
  EXPECT_EQ(values(out[1].dense()), (std::vector<float>{1, 0, 0, 1}));
}

TEST(Mask, AveragesCountStepsAlone) {
  Embedding embedding(4, 2, {.mask_zero = true});
  const Symbol in = Input({.shape = {3}});
  const auto y = values(Model(in, layers::GlobalAveragePooling1D()(embedding(in))).predict(kMaskingX));
  const auto e = embedding.get_weights()[0];
  const auto w = [&](size_t id, size_t j) { return e.values<float>()[id * 2 + j]; };
  for (size_t j = 0; j < 2; ++j) {
    EXPECT_NEAR(y[j], (w(1, j) + w(2, j)) / 2, 1e-6);
    EXPECT_NEAR(y[2 + j], w(3, j), 1e-6);
    EXPECT_EQ(y[4 + j], 0);  // No step counts: 0, not 0 / 0.
  }
  const Symbol x = Input({.shape = {3, 2}, .dtype = DType::float64});
  const Tensor feed =
      tensor::Dense::of<double>({2, 3, 2}, std::vector<double>{1, 2, 0, 0, 3, 4, 0, 0, 0, 0, 5, 6});
  const layers::LayerOptions wide{.dtype = DType::float64};
  // A positive kernel, since otherwise the steps of zeros could be the largest, and these do not depend on
  // the kernel.
  layers::Dense dense(2, {.kernel_initializer = "ones", .dtype = DType::float64});
  test::expect_gradients(
      {x}, layers::GlobalAveragePooling1D({.dtype = DType::float64})(dense(layers::Masking(-1, wide)(x))),
      {feed});
  test::expect_gradients({x}, layers::GlobalMaxPooling1D({.dtype = DType::float64})(dense(x)), {feed});
}

TEST(Mask, LossAndMetricsCountStepsAlone) {
  Embedding embedding(4, 2, {.mask_zero = true});
  layers::Dense dense(1);
  const Symbol in = Input({.shape = {3}});
  Model model(in, dense(embedding(in)));
  model.compile({.optimizer = "sgd", .loss = "mse", .metrics = {"mae"}});
  // Targets of steps that do not count (900) may be anything.
  std::vector<float> y{1, 2, 900, 3, 900, 900, 900, 900, 900};
  const array target{std::span<const float>(y), {3, 3, 1}};
  const auto p = values(model.predict(kMaskingX));
  double squares = 0, absolutes = 0;
  for (const size_t i : {0, 1, 3}) {
    squares += std::pow(p[i] - y[i], 2) / 3;
    absolutes += std::abs(p[i] - y[i]) / 3;
  }
  const auto scores = model.evaluate(kMaskingX, target, {.verbose = 0});
  EXPECT_NEAR(scores[0], squares, 1e-5);
  EXPECT_NEAR(scores[1], absolutes, 1e-5);
  // As in Keras: the mean over the steps that count in all rows, then times the weight of the row.
  const auto weighted = model.test_on_batch(kMaskingX, target, Array(std::vector<float>{1, 0, 0}));
  const double first = (std::pow(p[0] - 1, 2) + std::pow(p[1] - 2, 2)) / 3 / (3.0 / 9);
  EXPECT_NEAR(weighted[0], first / 3 / (1.0 / 3), 1e-4);
  const auto before = embedding.get_weights()[0];
  model.train_on_batch(kMaskingX, target);
  const auto after = embedding.get_weights()[0];
  for (size_t j = 0; j < 2; ++j) EXPECT_EQ(before.values<float>()[j], after.values<float>()[j]);  // Row 0.
  // A batch of only padding: the loss is 0, nothing is learned, nothing is NaN.
  const std::vector<int64_t> none(6, 0);
  const std::vector<float> any(6, 5);
  const auto nothing = model.train_on_batch(array{std::span<const int64_t>(none), {2, 3}},
                                            array{std::span<const float>(any), {2, 3, 1}});
  EXPECT_EQ(nothing[0], 0);
  EXPECT_EQ(values(embedding.get_weights()[0]), values(after));
}

}  // namespace
}  // namespace lacuna

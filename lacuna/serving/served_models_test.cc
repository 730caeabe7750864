// Models of many kinds predict from a file what they predict in memory, bit for bit.
#include <gtest/gtest.h>

#include "lacuna/layers/convolution.h"
#include "lacuna/layers/core.h"
#include "lacuna/layers/cross_net.h"
#include "lacuna/layers/dense.h"
#include "lacuna/layers/embedding.h"
#include "lacuna/layers/factorization_machine.h"
#include "lacuna/layers/features/category_encoding.h"
#include "lacuna/layers/features/discretization.h"
#include "lacuna/layers/features/hashing.h"
#include "lacuna/layers/features/lookup.h"
#include "lacuna/layers/features/normalization.h"
#include "lacuna/layers/features/text_vectorization.h"
#include "lacuna/layers/input.h"
#include "lacuna/layers/merge.h"
#include "lacuna/layers/normalization.h"
#include "lacuna/layers/recurrent/lstm.h"
#include "lacuna/models/sequential.h"
#include "lacuna/ops/elementwise/operators.h"
#include "tests/served.h"

namespace lacuna::serving {
namespace {

using layers::Dense;
using layers::Embedding;
using layers::Input;
using Texts = std::vector<std::string_view>;

constexpr Dim kWide = 1 << 20;

TEST(ServedModels, DeepAndWideOnCsr) {
  set_random_seed(2);
  const Symbol in = Input({.shape = {kWide}, .sparse = true});
  const Symbol deep =
      layers::BatchNormalization()(Dense(16, {.activation = "relu", .sparse_weight = true})(in));
  const Symbol sum = layers::Add()({Dense(1, {.sparse_weight = true})(in),
                                    layers::FactorizationMachine(16, {.sparse_weight = true})(in),
                                    Dense(1)(layers::Dropout(0.5)(Dense(8, {.activation = "tanh"})(deep)))});
  Model model(in, layers::Activation("sigmoid")(sum));
  const MadeRows x(60, 39, kWide, 1), other(60, 39, kWide, 2);
  train_a_little(model, x.matrix(), x.rows());
  expect_same_bits(model, x.matrix(), x.rows(), {x.input()}, "wide_deep");
  expect_same_bits(model, other.matrix(), other.rows(), {other.input()}, "wide_deep");
}

TEST(ServedModels, WeightsThatHoldAllRowsOrFew) {
  for (const Dim columns : {Dim{50}, Dim{3000}, Dim{1} << 20, Dim{1} << 33}) {
    set_random_seed(3);
    const Symbol in = Input({.shape = {columns}, .sparse = true});
    Model model(in, Dense(3, {.kernel_initializer = "glorot_uniform", .sparse_weight = true})(in));
    const MadeRows x(40, 5, std::min(columns, Dim{1} << 31) - 1, 1);
    const csr_matrix<float, int32_t> matrix{x.data, x.indices, x.indptr, {40, columns}};
    model.compile({.optimizer = "sgd", .loss = "mse"});
    model.fit(matrix, array<float>{std::vector<float>(120, 0.5f), {40, 3}}, {.verbose = 0});
    expect_same_bits(model, matrix, x.rows(), {x.input()}, "rows");
  }
}

TEST(ServedModels, EmbeddingsOfIds) {
  set_random_seed(4);
  const Symbol words = Input({.shape = {6}, .name = "words"}), user = Input({.shape = {1}, .name = "user"});
  const Symbol bag = Embedding(5000, 8, {.mask_zero = true, .sparse_grad = true, .combiner = "mean"})(words);
  const Symbol one = layers::Flatten()(Embedding(200, 8)(user));
  Model model({words, user}, {Dense(1, {.activation = "sigmoid"})(layers::Concatenate()({bag, one}))});
  std::vector<int64_t> ids, users;
  for (int64_t i = 0; i < 40 * 6; ++i) ids.push_back(i * i % 4999);
  for (int64_t i = 0; i < 40; ++i) users.push_back(i * 7 % 200);
  const Arrays x(std::vector<Array>{array<int64_t>{ids, {40, 6}}, array<int64_t>{users, {40, 1}}});
  train_a_little(model, x, 40);
  expect_same_bits(model, x, 40, {std::span<const int64_t>(ids), std::span<const int64_t>(users)}, "ids");
}

TEST(ServedModels, SequencesWithMasks) {
  set_random_seed(5);
  Sequential model({Embedding(50, 4, {.mask_zero = true, .input_length = 7}), layers::LSTM(5), Dense(1)});
  std::vector<int64_t> ids;
  for (int64_t i = 0; i < 20 * 7; ++i) ids.push_back(i % 7 > i % 5 ? 0 : i % 50);
  const Arrays x(array<int64_t>{ids, {20, 7}});
  train_a_little(model, x, 20);
  expect_same_bits(model, x, 20, {std::span<const int64_t>(ids)}, "lstm");
}

TEST(ServedModels, ImagesOfOpenBatches) {
  set_random_seed(6);
  const Symbol in = Input({.shape = {6, 6, 1}});
  Model model(in, Dense(2)(layers::Flatten()(layers::Conv2D(3, {2, 2}, {.activation = "relu"})(in))));
  std::vector<float> values(5 * 36);
  Generator random(1);
  for (float& v : values) v = static_cast<float>(random.uniform());
  expect_same_bits(model, array<float>{values, {5, 6, 6, 1}}, 5, {std::span<const float>(values)}, "images");
}

TEST(ServedModels, ModelsWithinModels) {
  set_random_seed(7);
  const Symbol inner_in = Input({.shape = {4}});
  Model inner(inner_in, layers::BatchNormalization()(Dense(3, {.activation = "relu"})(inner_in)));
  Sequential tower({Dense(4, {.input_shape = {4}}), layers::Activation("tanh")});
  const Symbol a = Input({.shape = {4}, .name = "a"}), b = Input({.shape = {4}, .name = "b"});
  const Symbol both = layers::Concatenate()({inner(a), inner(b), inner(tower(a)), tower(b)});
  Model model({a, b}, {Dense(1)(both)});
  std::vector<float> left(20 * 4), right(20 * 4);
  Generator random(1);
  for (float& v : left) v = static_cast<float>(random.normal());
  for (float& v : right) v = static_cast<float>(random.normal());
  const Arrays x(std::vector<Array>{array<float>{left, {20, 4}}, array<float>{right, {20, 4}}});
  train_a_little(model, x, 20);
  expect_same_bits(model, x, 20, {std::span<const float>(left), std::span<const float>(right)}, "nested");
  inner.set_trainable(false);  // Its frozen layers compute by their averages or not, as predict does.
  expect_same_bits(model, x, 20, {std::span<const float>(left), std::span<const float>(right)}, "nested");
}

TEST(ServedModels, TextsAndNumbersThroughFeatures) {
  set_random_seed(8);
  const Texts cities{"Rome", "Oslo", "", "Rome", "Bern \xff", "Z\xc3\xbcrich", "Oslo", "none of them"};
  const Texts reviews{"Good, good!", "bad",          "", "so so", "good bad", "\xf0\x9f\x98\x80 fine",
                      "bad bad",     "unknown words"};
  const std::vector<double> prices{1, 2, 3, 4, 5, 6, 7, -8};
  const std::vector<int64_t> floors{1, 2, 3, 1, 2, 3, 4, 99};
  const auto column = [](const char* name, DType dtype) {
    return Input({.shape = {1}, .name = name, .dtype = dtype});
  };
  const Symbol city = column("city", DType::string), review = column("review", DType::string),
               price = column("price", DType::float32), floor = column("floor", DType::int64);
  layers::StringLookup lookup({.output_mode = "multi_hot"});
  lookup.adapt(Array(Texts{"Rome", "Oslo", "Bern", "Z\xc3\xbcrich"}));
  layers::IntegerLookup floor_lookup({.output_mode = "one_hot"});
  floor_lookup.adapt(Array(floors));
  layers::TextVectorization words({.output_mode = "tf_idf"});
  words.adapt(Array(Texts{"good bad so", "bad fine", "good good"}));
  layers::Discretization bins({.num_bins = 3, .output_mode = "one_hot"});
  bins.adapt(Array(prices));
  layers::Normalization scaled;
  scaled.adapt(array<double>{prices, {8, 1}});
  const Symbol ids = layers::StringLookup({.vocabulary = {"Rome", "Oslo"}})(city);
  const std::vector<Symbol> sparse{lookup(city), words(review), floor_lookup(floor), bins(price),
                                   layers::Hashing(32, {.output_mode = "one_hot"})(city)};
  const Symbol wide = Dense(1)(layers::Concatenate()(sparse));
  const Symbol deep =
      Dense(1)(layers::Concatenate()({layers::Flatten()(Embedding(4, 3)(ids)), scaled(price)}));
  Model model({city, review, price, floor}, {layers::Add()({wide, deep})});
  const Arrays x(std::vector<Array>{Array(cities), Array(reviews), Array(prices), Array(floors)});
  expect_same_bits(model, x, 8,
                   {std::span<const std::string_view>(cities), std::span<const std::string_view>(reviews),
                    std::span<const double>(prices), std::span<const int64_t>(floors)},
                   "features");
}

TEST(ServedModels, SeveralOutputsAndFloat64) {
  set_random_seed(9);
  const Symbol in = Input({.shape = {3}, .dtype = DType::float64});
  const Symbol hidden = Dense(4, {.dtype = DType::float64})(in);
  Model model({in},
              {Dense(2, {.dtype = DType::float64})(hidden), Dense(1, {.dtype = DType::float64})(hidden)});
  const std::vector<double> values{1, 2, 3, 4, 5, 1e-300};
  const auto expected = model.predict_all(array<double>{values, {2, 3}});
  const ServedPath path("outputs");
  export_model(model.network(), path, {.precision = "int8"});  // Which leaves float64 as it is.
  const Predictor predictor(path.str());
  ASSERT_EQ(predictor.outputs().size(), 2u);
  EXPECT_EQ(predictor.outputs()[0].width, 2u);
  EXPECT_EQ(predictor.outputs()[0].type, PredictorInput::Type::float64);
  std::vector<double> a(4), b(2);
  const std::array<std::span<double>, 2> outputs{a, b};
  const PredictorInput input = std::span<const double>(values);
  predictor.predict(2, std::span(&input, 1), outputs);
  EXPECT_TRUE(std::ranges::equal(a, expected[0].dense().values<double>()));
  EXPECT_TRUE(std::ranges::equal(b, expected[1].dense().values<double>()));
}

TEST(ServedModels, FewerBitsCostSomeAccuracy) {
  set_random_seed(10);
  const Symbol in = Input({.shape = {kWide}, .sparse = true});
  Model model(in, Dense(1)(Dense(16, {.activation = "relu", .sparse_weight = true})(in)));
  const MadeRows x(60, 39, kWide, 1);
  train_a_little(model, x.matrix(), x.rows());
  const ServedPath path("bits");
  const uint64_t whole = export_model(model.network(), path).bytes;
  const auto expected = model.predict(x.matrix());
  for (const auto& [precision, share, least, most] :
       {std::tuple{"bfloat16", 0.75, 1e-7, 0.01}, std::tuple{"int8", 0.6, 1e-7, 0.02}}) {
    const Exported exported = export_model(model.network(), path, {.precision = precision});
    EXPECT_LT(static_cast<double>(exported.bytes), share * static_cast<double>(whole)) << precision;
    const Exported::Weight& kernel = exported.weights[0];
    EXPECT_EQ(kernel.kept_as, precision) << kernel.name;
    EXPECT_GT(kernel.largest_error, 0);
    EXPECT_LT(kernel.largest_error, 0.005 * kernel.largest);
    EXPECT_GT(kernel.relative_error, least);
    EXPECT_LT(kernel.relative_error, most);
    EXPECT_NE(exported.text().find(precision), std::string::npos);
    std::vector<float> now(x.rows());
    Predictor(path.str()).predict(x.rows(), x.input(), now);
    double error = 0;
    for (size_t r = 0; r < now.size(); ++r)
      error = std::max<double>(error, std::abs(now[r] - expected.values<float>()[r]));
    EXPECT_GT(error, 0) << precision;
    EXPECT_LT(error, 0.01) << precision;
  }
}

TEST(ServedModels, WhatIsNoLayerIsRefused) {
  const Symbol in = Input({.shape = {3}});
  Model between(in, Dense(1)(in) + Dense(1)(in));
  const ServedPath path("refused");
  EXPECT_THROW(export_model(between.network(), path), InvalidArgument);
  const Symbol open = Input({.shape = {None, 2}});
  Model sequence(open, Dense(1)(open));
  EXPECT_THROW(export_model(sequence.network(), path), InvalidArgument);
  EXPECT_FALSE(std::filesystem::exists(path.str()));
}

}  // namespace
}  // namespace lacuna::serving

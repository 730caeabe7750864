// Bad input gets an error with the right message and changes no weight.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "lacuna/base/message.h"
#include "lacuna/layers/core.h"
#include "lacuna/layers/dense.h"
#include "lacuna/layers/embedding.h"
#include "lacuna/layers/input.h"
#include "lacuna/layers/merge.h"
#include "lacuna/models/sequential.h"
#include "lacuna/models/testing.h"
#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/reductions/reduce.h"

namespace lacuna {
namespace {

using layers::Dense;
using layers::Input;

TEST(Model, ClassWeightsNeedWholeClassesAndFiniteWeights) {
  const Problem data;
  Model model = linear(false, false);
  model.compile({.optimizer = "sgd", .loss = "mse"});
  const std::vector<float> y(data.y.size(), 0.5f), zeros(data.y.size());
  EXPECT_THROW(model.fit(data.dense, y, {.verbose = 0, .class_weight = {{0, 1}, {1, 1}}}), InvalidArgument);
  EXPECT_THROW(model.fit(data.dense, zeros, {.verbose = 0, .class_weight = {{0, NAN}}}), InvalidArgument);
  const Symbol in = Input({.shape = {20}});
  Model cube(in, layers::Reshape({4, 5})(in));
  cube.compile({.optimizer = "sgd", .loss = "mse"});
  const tensor::Dense y3 = cube.predict(data.dense);
  EXPECT_THROW(cube.fit(data.dense, y3, {.verbose = 0, .class_weight = {{0, 1}}}), InvalidArgument);
}

TEST(Model, BadInputChangesNoWeight) {
  const Problem p;
  Model model = linear(true, false);
  model.compile({.optimizer = "sgd", .loss = "mse"});
  const auto before = kernel_of(model);
  const FitOptions quiet{.verbose = 0};
  const auto message = [&](const auto& run) {
    try {
      run();
    } catch (const std::exception& e) {
      return std::string(e.what());
    }
    return std::string("no error");
  };
  EXPECT_EQ(
      message([&] { model.fit(p.csr, std::vector<float>(100), quiet); }),
      "fit: y must have as many rows as the other arrays. Received: y=(100, 1) dense, others have rows=101.");
  const Problem wide(10, 21);
  EXPECT_EQ(message([&] { model.fit(wide.csr, wide.y, quiet); }).substr(0, 43),
            "fit: x must have the shape of input 'input_");
  EXPECT_EQ(message([&] { model.fit(p.csr, p.y, {.batch_size = 0, .verbose = 0}); }),
            "fit: batch_size must be positive. Received: batch_size=0.");
  tensor::Csr bad = p.csr;
  bad.indices = p.csr.indices.copy();
  bad.indices.as<int32_t>().back() = 20;
  EXPECT_THROW(model.fit(bad, p.y, quiet), std::out_of_range);
  bad.indices = p.csr.indices;
  bad.indptr = p.csr.indptr.copy();
  std::swap(bad.indptr.as<int32_t>()[50], bad.indptr.as<int32_t>()[60]);
  EXPECT_THROW(model.fit(bad, p.y, quiet), std::invalid_argument);
  EXPECT_EQ(kernel_of(model), before);

  Model other = linear(true, false);
  EXPECT_NE(message([&] { other.fit(p.csr, p.y, quiet); }).find("must be compiled first"), std::string::npos);
  EXPECT_NE(message([&] { other.compile({.optimizer = "sgd", .loss = "msee"}); }).find("did you mean 'mse'"),
            std::string::npos);
  EXPECT_NE(
      message([] { Dense(8)(Input({.shape = {Dim{1} << 40}, .sparse = true})); }).find("sparse_weight=True"),
      std::string::npos);
  EXPECT_EQ(message([] { Dense(0); }), "Dense: units must be positive. Received: units=0.");
  EXPECT_NE(message([] {
              Input({.shape = {2, 2}, .sparse = true});
            }).find("a csr input has rank 2"),
            std::string::npos);
}

TEST(Model, EmbeddingIdsMustBeWholeAndInRange) {
  Sequential model({layers::Embedding(50, 4, {.input_length = 1}), layers::Flatten(), Dense(1)});
  model.compile({.optimizer = "sgd", .loss = "mse"});
  const std::vector<float> y{1, 2};
  EXPECT_THROW(model.fit(std::vector<float>{1, 2.5f}, y, {.verbose = 0}), std::invalid_argument);
  EXPECT_THROW(model.fit(std::vector<float>{1, 50}, y, {.verbose = 0}), std::out_of_range);
  EXPECT_NO_THROW(model.fit(std::vector<float>{1, 49}, y, {.verbose = 0}));
  EXPECT_THROW(model.fit(std::vector<int32_t>{1, 50}, y, {.verbose = 0}), std::out_of_range);
  EXPECT_THROW(model.fit(std::vector<int64_t>{-1, 3}, y, {.verbose = 0}), std::out_of_range);
  EXPECT_NO_THROW(model.fit(std::vector<uint8_t>{1, 49}, y, {.verbose = 0}));

  // A bad id in the last batch, and a bad label, change no weight either.
  const auto before = kernel_of(model);
  EXPECT_THROW(
      model.fit(std::vector<int32_t>{1, 50}, y, {.batch_size = 1, .verbose = 0, .shuffle = Shuffle::none}),
      std::out_of_range);
  EXPECT_EQ(kernel_of(model), before);
  Sequential labels({Dense(3, {.activation = "softmax", .input_dim = 1})});
  labels.compile({.optimizer = "sgd", .loss = "sparse_categorical_crossentropy"});
  const auto untrained = kernel_of(labels);
  try {
    labels.fit(y, std::vector<int32_t>{2, 3}, {.batch_size = 1, .verbose = 0, .shuffle = Shuffle::none});
    FAIL();
  } catch (const std::out_of_range& e) {
    EXPECT_STREQ(e.what(), "fit: y must hold ids in [0, 3). Received: 3 in row 1.");
  }
  EXPECT_EQ(kernel_of(labels), untrained);
}

TEST(Model, LabelsOfTheOtherFormSayWhichLossTakesThem) {
  const Problem p;
  const auto message = [&](const char* loss, const Array& y) {
    Sequential model({Dense(3, {.activation = "softmax", .input_dim = 20})});
    model.compile({.optimizer = "sgd", .loss = loss});
    try {
      model.fit(p.dense, y, {.verbose = 0});
    } catch (const InvalidArgument& e) {
      return std::string(e.what());
    }
    return std::string("no error");
  };
  const std::vector<int32_t> ids(101, 1);
  const std::vector<float> rows(303, 1);
  EXPECT_NE(message("categorical_crossentropy", ids).find("loss='sparse_categorical_crossentropy'"),
            std::string::npos);
  EXPECT_NE(message("sparse_categorical_crossentropy", array{std::span(rows), {101, 3}})
                .find("need loss='categorical_crossentropy'"),
            std::string::npos);
  EXPECT_EQ(message("mse", ids).find("loss"), std::string::npos);
}

Model two_outputs() {
  const Symbol in = Input({.shape = {20}});
  const auto out = [&](const char* name) {
    return Dense(1, {.kernel_initializer = "ones", .name = name})(in);
  };
  Model model({in}, {out("a"), out("b")});
  model.compile({.optimizer = "sgd", .loss = "mse"});
  return model;
}

TEST(Model, WeightsOfSomeOutputs) {
  const Problem p;
  const std::vector<float> y(101, 0), w(101, 2), ones(101, 1);
  const auto losses = [&](const Arrays& sample_weight, const ClassWeights& class_weight = {}) {
    return two_outputs().train_on_batch(p.dense, {y, y}, sample_weight, class_weight);
  };
  const auto plain = losses({});
  EXPECT_EQ(losses({Array(ones), Array(w)}), losses({Array(), Array(w)}));
  EXPECT_EQ(losses({Array(w), Array()}), losses(std::map<std::string, Array>{{"a", w}}));
  EXPECT_EQ(losses({Array(), Array()}), plain);
  const auto weighted = losses({}, {{"b", {{0, 2}}}});
  EXPECT_DOUBLE_EQ(weighted[1], plain[1]);
  EXPECT_DOUBLE_EQ(weighted[2], 2 * plain[2]);
  EXPECT_EQ(weighted, losses({Array(), Array(w)}));
  EXPECT_THROW(losses({}, {{0, 2.0}}), InvalidArgument);  // For which of the outputs?
  EXPECT_THROW(losses({}, {{"c", {{0, 2}}}}), InvalidArgument);
  EXPECT_THROW(losses(std::map<std::string, Array>{{"c", w}}), InvalidArgument);
}

TEST(Model, AnArrayThatNoInputTakesIsAWarning) {
  const Problem p;
  std::vector<std::string> warnings;
  set_warning_handler([&](const std::string& w) { warnings.push_back(w); });
  const Symbol in = Input({.shape = {20}, .name = "rows"});
  Model model(in, Dense(1)(in));
  std::map<std::string, Array> x{{"rows", p.dense}, {"row", p.dense}};
  EXPECT_EQ(model.predict(x).shape, (Shape{101, 1}));
  x.erase("rows");
  EXPECT_THROW(model.predict(x), InvalidArgument);  // A wrong name.
  set_warning_handler({});
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_NE(warnings[0].find("name='row'; did you mean 'rows'"), std::string::npos) << warnings[0];
}

TEST(Model, WarnsOnceWhenTheLossIsNotFinite) {
  Problem p;
  p.y[0] = std::numeric_limits<float>::infinity();
  Model model = linear(true, false);
  model.compile({.optimizer = "sgd", .loss = "mse"});
  std::vector<std::string> warnings;
  set_warning_handler([&](const std::string& w) { warnings.push_back(w); });
  model.fit(p.csr, p.y, {.batch_size = 10, .epochs = 3, .verbose = 0, .shuffle = Shuffle::none});
  set_warning_handler({});
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_NE(warnings[0].find("in epoch 1, batch 1"), std::string::npos) << warnings[0];
}

TEST(Model, PredictsOnlyWhatHasARowForEachRow) {
  const Problem data;
  const Symbol in = Input({.shape = {20}});
  EXPECT_THROW(Model(in, sum(in)).predict(data.dense), InvalidArgument);
  EXPECT_THROW(Model(in, layers::Concatenate(0)({in, in})).predict(data.dense), InvalidArgument);
}

TEST(Layer, AWeightMustFitInMemoryOneRowOfATableToo) {
  const Symbol in = Input({.shape = {4}, .sparse = true});
  for (const bool sparse : {false, true})
    EXPECT_THROW(Dense(Dim{1} << 62, {.use_bias = false, .sparse_weight = sparse})(in), InvalidArgument);
}

}  // namespace
}  // namespace lacuna

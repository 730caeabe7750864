// Shared layers, models as layers, frozen ones.
#include <gtest/gtest.h>

#include "lacuna/base/message.h"
#include "lacuna/layers/calls.h"
#include "lacuna/layers/dense.h"
#include "lacuna/layers/embedding.h"
#include "lacuna/layers/input.h"
#include "lacuna/layers/merge.h"
#include "lacuna/layers/normalization.h"
#include "lacuna/layers/pooling.h"
#include "lacuna/models/testing.h"
#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/reductions/reduce.h"

namespace lacuna {
namespace {

using layers::Dense;
using layers::Input;

TEST(Model, SeveralInputsAndOutputsAndSharedLayers) {
  const Problem a, b(101, 20, 2);
  const Symbol left = Input({.shape = {20}, .name = "left", .sparse = true});
  const Symbol right = Input({.shape = {20}, .name = "right", .sparse = true});
  Dense shared(4, {.activation = "relu"});
  const Symbol both = layers::concatenate({shared(left), shared(right)});
  Model model({left, right},
              {Dense(1, {.name = "value"})(both), Dense(3, {.activation = "softmax", .name = "kind"})(both)});
  EXPECT_EQ(model.get_weights().size(), 6u);  // The shared layer's weights count once.
  model.compile(
      {.optimizer = "adam",
       .loss = std::map<std::string, Arg<losses::Loss>>{{"value", "mse"},
                                                        {"kind", "sparse_categorical_crossentropy"}},
       .output_metrics = {{"kind", {"accuracy"}}},
       .loss_weights = std::vector<double>{0.5, 2.0}});
  EXPECT_EQ(model.metrics_names(), (std::vector<std::string>{"loss", "value_loss", "kind_loss", "kind_acc"}));
  const Arrays x(std::map<std::string, Array>{{"right", Array(b.csr)}, {"left", Array(a.csr)}});
  const Arrays y{Array(a.y), Array(a.label)};
  const History h = model.fit(x, y, {.epochs = 5, .verbose = 0});
  EXPECT_LT(h.history.at("loss").back(), h.history.at("loss").front());
  const auto scores = model.evaluate(x, y, {.verbose = 0});
  ASSERT_EQ(scores.size(), 4u);
  EXPECT_NEAR(scores[0], 0.5 * scores[1] + 2 * scores[2], 1e-4 * scores[0]);
  EXPECT_EQ(model.predict_all(x)[1].shape(), (Shape{101, 3}));
  EXPECT_THROW(model.fit(Arrays{Array(a.csr)}, y, {.verbose = 0}), std::invalid_argument);
  EXPECT_THROW(model.fit(x, y, {.verbose = 0, .class_weight = {{0, 1.0}}}), std::invalid_argument);
}

TEST(Model, ASharedTableIsReadByTwoInputsAtOnce) {
  const Problem a, b(101, 20, 2);
  const Symbol left = Input({.shape = {20}, .sparse = true}), right = Input({.shape = {20}, .sparse = true});
  std::vector<std::vector<float>> predictions;
  for (const bool sparse_weight : {true, false}) {
    Dense shared(
        4, {.kernel_initializer = initializers::RandomNormal{.seed = 3}, .sparse_weight = sparse_weight});
    Model model({left, right}, {layers::concatenate({shared(left), shared(right)})});
    const tensor::Dense p = model.predict(Arrays{Array(a.csr), Array(b.csr)});
    predictions.emplace_back(p.values<float>().begin(), p.values<float>().end());
  }
  EXPECT_EQ(predictions[0], predictions[1]);
}

// A model that is called on an input with a mask passes it on to its layers, however deep.
TEST(Model, TakesAMaskAsALayer) {
  const Symbol inner_input = Input({.shape = {None, 4}});
  Dense dense(3, {.activity_regularizer = regularizers::l2(0.1)});
  layers::BatchNormalization normalize;
  layers::GlobalAveragePooling1D average;
  Model inner(inner_input, average(normalize(dense(inner_input))));
  const Symbol outer_input = Input({.shape = {None, 4}});
  Model outer(outer_input, inner(outer_input));  // Without a mask this far.
  const Symbol ids = Input({.shape = {None}});
  layers::Embedding embedding(9, 4, {.mask_zero = true});
  Dense last(1, {});
  Model nested(ids, last(outer(embedding(ids)))), flat(ids, last(average(normalize(dense(embedding(ids))))));
  EXPECT_EQ(layers::calls_of(*dense.state()).size(),
            2u);  // Of inner and of flat: not one for each time it is traced.

  const auto x = tensor::Dense::of<int64_t>({3, 4}, std::vector<int64_t>{1, 2, 0, 0, 3, 0, 4, 5, 0, 0, 0, 0});
  const std::vector<float> y{1, 2, 3};
  for (Model* model : {&nested, &flat}) model->compile({.optimizer = "sgd", .loss = "mse"});
  const Snapshot start = nested.network().snapshot();
  const auto trained = [&](Model& model) {
    nested.network().restore(start);
    std::vector<double> losses{model.evaluate(x, y, {.verbose = 0})[0]};
    for (int i = 0; i < 3; ++i) losses.push_back(model.train_on_batch(x, y)[0]);
    const tensor::Dense predicted = model.predict(x);
    for (const float p : predicted.values<float>()) losses.push_back(p);
    return losses;
  };
  EXPECT_EQ(trained(nested), trained(flat));
  const auto weights = nested.get_weights();
  EXPECT_NE(weights[5].values<float>()[0], 0);  // The moving mean: updates come along.
}

struct Nameless final : layers::Layer {
  Nameless() : Layer({}, "Nameless") { supports_masking(); }
  Symbol call(const Symbol& x) override { return x; }
};

TEST(Model, SaysWhichLayerCannotTakeAMaskAgain) {
  const Symbol i = Input({.shape = {None, 4}}), ids = Input({.shape = {None}});
  Nameless nameless;
  Model inner(i, nameless(i));
  layers::Embedding embedding(9, 4, {.mask_zero = true});
  try {
    inner(embedding(ids));
    FAIL();
  } catch (const InvalidArgument& e) {
    EXPECT_NE(std::string(e.what()).find("of class Nameless"), std::string::npos) << e.what();
  }
}

TEST(Model, TrainableFlagsCountAtCompile) {
  const Problem p;
  Model model = linear(true, false);
  std::vector<std::string> warnings;
  set_warning_handler([&](const std::string& message) { warnings.push_back(message); });
  const auto moves = [&](bool compile) {
    if (compile) model.compile({.optimizer = "sgd", .loss = "mse"});
    const auto before = kernel_of(model);
    warnings.clear();
    model.fit(p.csr, p.y, {.verbose = 0});
    return kernel_of(model) != before;
  };
  EXPECT_TRUE(moves(true));
  EXPECT_TRUE(warnings.empty());
  model.set_trainable(false);
  EXPECT_TRUE(moves(false));
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_NE(warnings[0].find("compile is called again"), std::string::npos) << warnings[0];
  EXPECT_FALSE(moves(true));
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_NE(warnings[0].find("no weight is trainable"), std::string::npos) << warnings[0];
  model.set_trainable(true);
  EXPECT_FALSE(moves(false));
  EXPECT_EQ(warnings.size(), 1u);
  EXPECT_TRUE(moves(true));
  set_warning_handler({});
}

TEST(Model, IsALayerToo) {
  const Problem p;
  Model inner = linear(true, false);
  const Symbol in = Input({.shape = {20}, .sparse = true});
  Model outer(in, Dense(2)(inner(in)));
  EXPECT_EQ(outer.get_weights().size(), 4u);
  outer.compile({.optimizer = "sgd", .loss = "mse"});
  const auto before = kernel_of(inner);
  std::vector<float> y(202, 1.0f);
  outer.fit(p.csr, array{std::span<const float>(y), {101, 2}}, {.verbose = 0});
  EXPECT_NE(kernel_of(inner), before);
}

TEST(Model, NestedOnesKeepTheirFlagsAndLosses) {
  const Problem data;
  const Symbol in = Input({.shape = {20}}), outer_in = Input({.shape = {20}});
  Dense frozen(4, {.trainable = false});
  Dense counted(4, {.activity_regularizer = regularizers::l2(1.0)});
  Model inner(in, counted(frozen(in)));
  Model outer(outer_in, Dense(1)(inner(outer_in)));
  EXPECT_EQ(outer.network().trainable_weights().size(), 4u);
  outer.compile({.optimizer = "sgd", .loss = "mse"});
  const auto before = frozen.get_weights()[0];
  outer.fit(data.dense, data.y, {.verbose = 0});
  EXPECT_TRUE(std::ranges::equal(before.values<float>(), frozen.get_weights()[0].values<float>()));
  inner.set_trainable(false);
  EXPECT_EQ(outer.network().trainable_weights().size(), 2u);

  const tensor::Dense y = inner.predict(data.dense);
  Model same(outer_in, inner(outer_in));
  same.compile({.optimizer = "sgd", .loss = "mse"});
  EXPECT_GT(same.evaluate(data.dense, y, {.verbose = 0})[0], 0);  // The activity loss alone.
}

TEST(Model, AWeightThatIsReachedTwiceIsOneWeight) {
  const Symbol in = Input({.shape = {20}}), outer_in = Input({.shape = {20}});
  Dense shared(4);
  Model inner(in, shared(in));
  Model outer(outer_in, layers::add({inner(outer_in), shared(outer_in)}));
  EXPECT_EQ(outer.get_weights().size(), 2u);
  EXPECT_EQ(outer.network().trainable_weights().size(), 2u);
}

TEST(Model, IsMadeInTimeWhereOpsShareTheirInputs) {
  const Symbol in = Input({.shape = {20}});
  Symbol s = Dense(4)(in);
  for (int i = 0; i < 80; ++i) s = add(s, s);  // 2^80 paths through it.
  EXPECT_EQ(Model(in, s).network().layers().size(), 2u);
}

}  // namespace
}  // namespace lacuna

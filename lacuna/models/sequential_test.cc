// Sequential: built by its first input, one model in all its copies.
#include "lacuna/models/sequential.h"

#include <gtest/gtest.h>

#include "lacuna/base/testing.h"
#include "lacuna/layers/dense.h"
#include "lacuna/layers/input.h"
#include "lacuna/models/testing.h"

namespace lacuna {
namespace {

using layers::Dense;
using layers::Input;

TEST(Sequential, CopiesAreOneModel) {
  const Problem data;
  Sequential model({Dense(1)});
  Sequential copy = model;
  model.compile({.optimizer = "sgd", .loss = "mse"});
  model.fit(data.dense, data.y, {.verbose = 0});
  EXPECT_EQ(copy.summary(), model.summary());
  EXPECT_EQ(copy(Input({.shape = {20}})).shape(), (Shape{None, 1}));
  EXPECT_EQ(copy.state(), model.state());
  EXPECT_THROW(Sequential({Dense(1)}).predict(tensor::Dense{}), InvalidArgument);
}

TEST(Sequential, IsBuiltByItsFirstInput) {
  const Problem p;
  Sequential model({Dense(4, {.activation = "relu"}), Dense(1)});
  EXPECT_FALSE(model.built());
  model.compile({.optimizer = "sgd", .loss = "mse"});
  model.fit(p.csr, p.y, {.verbose = 0});
  EXPECT_TRUE(model.built());
  EXPECT_EQ(model.get_weights().size(), 4u);
  model.pop();
  EXPECT_EQ(model.get_weights().size(), 2u);
}

TEST(Sequential, HoldsModels) {
  const Problem p;
  const Symbol input = Input({.shape = {20}, .sparse = true});
  const Model first(input, Dense(3, {.sparse_weight = true})(input));
  Sequential last({Dense(1)});
  Sequential model({first});
  model.add(last);  // It gets its input shape from the layer before it.
  EXPECT_TRUE(last.built());
  model.compile({.optimizer = "sgd", .loss = "mse"});
  EXPECT_FALSE(model.fit(p.csr, p.y, {.verbose = 0}).history.at("loss").empty());
  EXPECT_EQ(model.get_weights().size(), 4u);
  Model again = model_from_json(model.to_json());
  again.set_weights(model.get_weights());
  EXPECT_EQ(again.to_json(), model.to_json());
  EXPECT_FALSE(model.training_config()->empty());
  EXPECT_FALSE(again.training_config());
  EXPECT_EQ(Sequential({last, Sequential({Dense(2)})}).network().outputs()[0].shape(), (Shape{None, 2}));
  const Model two({input}, {Dense(1)(input), Dense(1)(input)});
  EXPECT_THROW(model.add(AnyLayer(two)), InvalidArgument);
}

TEST(Sequential, HoldsModelsUntilTheShapeIsKnown) {
  const Problem p;
  Sequential first({Dense(4, {.activation = "relu"})}, "first"), last({Dense(1)}, "last");
  Sequential model({first, last});
  EXPECT_FALSE(first.built());
  EXPECT_FALSE(Sequential::from_config(model.get_config()).built());
  EXPECT_EQ(to_string(Sequential::from_config(model.get_config()).get_config()),
            to_string(model.get_config()));
  model.compile({.optimizer = "sgd", .loss = "mse"});
  model.fit(p.csr, p.y, {.verbose = 0});
  EXPECT_TRUE(first.built() && last.built());
  EXPECT_EQ(model.get_weights().size(), 4u);
  EXPECT_EQ(first.network().weights()[0], model.network().weights()[0]);
  EXPECT_EQ(model_from_json(model.to_json()).to_json(), model.to_json());

  Sequential early({Dense(2)}), holder({early});  // Built before the model that holds it.
  early.build({None, 20});
  holder.compile({.optimizer = "sgd", .loss = "mse"});
  EXPECT_EQ(holder.predict(p.dense).shape[1], 2);
  EXPECT_THROW(Sequential({Sequential()}).build({None, 3}), InvalidArgument);
}

TEST(Sequential, IsNotWithinItself) {
  Sequential open({Dense(3)}, "open"), built({Dense(3, {.input_dim = 3})}, "built");
  for (Sequential* model : {&open, &built}) {
    const std::string what =
        "must not be or hold this one. Received: model '" + model->name() + "' for model '";
    EXPECT_NE(message_of<InvalidArgument>([&] { model->add(*model); }).find(what), std::string::npos);
    Sequential around({*model}, "around");
    EXPECT_NE(message_of<InvalidArgument>([&] { model->add(around); }).find("model 'around' for model '"),
              std::string::npos);
    EXPECT_EQ(model->layers().size(), 1u);
  }
  const Symbol input = Input({.shape = {3}});
  const Model functional(input, built(input));
  built.add(Dense(3));
  EXPECT_THROW(built.add(functional), InvalidArgument);
  built.add(Sequential({Dense(3)}));
  EXPECT_EQ(built.get_weights().size(), 6u);
}

TEST(Sequential, IsFrozenBeforeItIsBuilt) {
  Sequential inner({Dense(2)}), model({Dense(3), inner});
  EXPECT_TRUE(model.trainable());
  model.set_trainable(false);
  EXPECT_FALSE(model.trainable() || inner.trainable());
  Sequential again = Sequential::from_config(model.get_config());
  for (Sequential* one : {&model, &again}) {
    one->build({None, 20});
    EXPECT_FALSE(one->trainable());
    EXPECT_TRUE(one->network().trainable_weights().empty());
  }
  model.add(Dense(2));
  EXPECT_TRUE(!model.trainable() && model.network().trainable_weights().empty());
  model.pop();
  model.set_trainable(true);
  EXPECT_EQ(model.network().trainable_weights().size(), 4u);
}

TEST(Sequential, TakesAnInputFirst) {
  const Problem p;
  const layers::DenseOptions options{.kernel_initializer = initializers::RandomNormal{.seed = 3}};
  Sequential model(
      {layers::Input({.shape = {20}, .name = "rows", .sparse = true}), layers::Dense(1, options)});
  EXPECT_EQ(model.layers().size(), 1u);
  EXPECT_EQ(model.network().inputs()[0].storage(), Storage::csr);
  Model same = linear(true, false);
  EXPECT_EQ(kernel_of(model), kernel_of(same));
  Model again = model_from_json(model.to_json());
  EXPECT_EQ(again.network().input_names(), std::vector<std::string>{"rows"});
  EXPECT_EQ(again.network().inputs()[0].storage(), Storage::csr);
  model.pop();
  model.add(layers::Dense(2));
  EXPECT_EQ(model.network().outputs()[0].shape(), (Shape{None, 2}));
  EXPECT_THROW(model.add(layers::Input({.shape = {20}})), InvalidArgument);
  EXPECT_THROW(Sequential(std::vector<AnyLayer>{model.network().outputs()[0]}), InvalidArgument);
}

}  // namespace
}  // namespace lacuna

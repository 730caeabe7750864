// Sequential: built by its first input, one model in all its copies.
#include "lacuna/models/sequential.h"

#include <gtest/gtest.h>

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
  model.add(last);  // It has no shape but that of what stands before it.
  EXPECT_TRUE(last.built());
  model.compile({.optimizer = "sgd", .loss = "mse"});
  EXPECT_FALSE(model.fit(p.csr, p.y, {.verbose = 0}).history.at("loss").empty());
  EXPECT_EQ(model.get_weights().size(), 4u);
  Model again = model_from_json(model.to_json());
  again.set_weights(model.get_weights());
  EXPECT_EQ(again.to_json(), model.to_json());
  EXPECT_FALSE(model.training_config()->empty());
  EXPECT_FALSE(again.training_config());
  EXPECT_THROW(Sequential({last, Sequential({Dense(1)})}), InvalidArgument);
  const Model two({input}, {Dense(1)(input), Dense(1)(input)});
  EXPECT_THROW(model.add(AnyLayer(two)), InvalidArgument);
}

}  // namespace
}  // namespace lacuna

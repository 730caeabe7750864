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

}  // namespace
}  // namespace lacuna

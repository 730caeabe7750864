// From outputs back to inputs: which layers and weights a network has and in which order, and what it
// refuses.
#include "lacuna/network/network.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "lacuna/base/testing.h"
#include "lacuna/layers/core.h"
#include "lacuna/layers/dense.h"
#include "lacuna/layers/embedding.h"
#include "lacuna/layers/input.h"
#include "lacuna/layers/merge.h"
#include "lacuna/ops/elementwise/unary.h"

namespace lacuna {
namespace {

using layers::Dense;
using layers::Input;

std::vector<std::string> names(const Network& network) {
  std::vector<std::string> result;
  for (const auto& layer : network.layers()) result.push_back(layer->name);
  return result;
}

TEST(Network, HasInputsFirstAndThenLayersByDepth) {
  const Symbol a = Input({.shape = {3}, .name = "a"}), b = Input({.shape = {3}, .name = "b"});
  const Symbol deep = Dense(4, {.name = "deep_2"})(Dense(4, {.name = "deep_1"})(a));
  const Symbol flat = Dense(4, {.name = "flat"})(b);
  const Network network({a, b}, {Dense(1, {.name = "top"})(layers::add({flat, deep}))}, "n");
  const std::vector<std::string> all = names(network);
  ASSERT_EQ(all.size(), 7u);
  for (const int i : {0, 1}) EXPECT_EQ(network.layer(i)->class_name, "InputLayer");
  const auto place = [&](const std::string& name) { return std::ranges::find(all, name) - all.begin(); };
  EXPECT_LT(place("deep_1"), place("deep_2"));
  EXPECT_LT(place("deep_2"), place("top"));
  EXPECT_LT(place("flat"), place("top"));
  EXPECT_EQ(network.layer(-1)->name, "top");
  EXPECT_EQ(network.layer("a")->name, "a");
  EXPECT_EQ(network.output_names(), std::vector<std::string>{"top"});
}

TEST(Network, ASharedLayerIsOneLayerWithOneSetOfWeights) {
  const Symbol a = Input({.shape = {3}}), b = Input({.shape = {3}});
  Dense shared(2, {.name = "shared"});
  const Symbol x = shared(a), y = shared(b);
  const Network network({a, b}, {x, y}, "n");
  EXPECT_EQ(network.layers().size(), 3u);
  EXPECT_EQ(network.weights().size(), 2u);
  EXPECT_EQ(network.count_params(), 3 * 2 + 2);
  EXPECT_EQ(network.output_names(), (std::vector<std::string>{"shared", "shared_1"}));
}

TEST(Network, KnowsNothingBesideTheWayToItsOutputs) {
  const Symbol a = Input({.shape = {3}});
  const Symbol h = Dense(4, {.name = "h"})(a);
  const Symbol beside = Dense(5, {.name = "beside"})(h);
  const Network network({a}, {h}, "n");
  EXPECT_EQ(names(network).back(), "h");
  EXPECT_THROW(network.layer("beside"), InvalidArgument);
  EXPECT_EQ(network.weights().size(), 2u);
  EXPECT_EQ(beside.shape(), (Shape{None, 5}));
}

TEST(Network, AnInputThatNoOutputNeedsIsStillFed) {
  const Symbol a = Input({.shape = {3}, .name = "a"}), b = Input({.shape = {2}, .name = "b"});
  const Network network({a, b}, {Dense(1)(a)}, "n");
  EXPECT_EQ(network.input_names(), (std::vector<std::string>{"a", "b"}));
}

TEST(Network, RefusesWhatDoesNotComeFromItsInputs) {
  const Symbol a = Input({.shape = {3}, .name = "a"}), b = Input({.shape = {3}, .name = "b"});
  const Symbol both = layers::add({a, b});
  const auto made = [](std::vector<Symbol> in, std::vector<Symbol> out) {
    return message_of<InvalidArgument>([&] { Network(std::move(in), std::move(out), "n"); });
  };
  EXPECT_NE(made({a}, {both}).find("'b'"), std::string::npos);
  EXPECT_FALSE(made({a, a}, {both}).empty());
  EXPECT_FALSE(made({}, {both}).empty());
  EXPECT_FALSE(made({a, b}, {}).empty());
  EXPECT_FALSE(made({Dense(2)(a)}, {Dense(1)(Dense(2)(a))}).empty());  // Not made by Input().
}

TEST(Network, NamesOfLayersMustDiffer) {
  const Symbol a = Input({.shape = {3}});
  const Symbol y = Dense(1, {.name = "same"})(Dense(2, {.name = "same"})(a));
  EXPECT_NE(message_of<InvalidArgument>([&] { Network({a}, {y}, "n"); }).find("'same'"), std::string::npos);
}

TEST(Network, OnOtherInputsHasTheSameWeights) {
  const Symbol a = Input({.shape = {3}}), b = Input({.shape = {3}, .sparse = true});
  const Network network({a}, {Dense(2)(a)}, "n");
  const Symbol again = network.applied({b}).outputs[0];
  EXPECT_EQ(again.shape(), (Shape{None, 2}));
  std::set<const Variable*> read;
  bool by_csr = false;
  for (const auto& node : in_order({again})) {
    if (const VariablePtr v = variable_of(Symbol(node, 0))) read.insert(v.get());
    by_csr |= Symbol(node, 0) == b;
  }
  std::set<const Variable*> own;
  for (const layers::Weight* w : network.weights()) own.insert(w->variable.get());
  EXPECT_EQ(read, own);
  EXPECT_TRUE(by_csr);
  EXPECT_THROW(network.applied({a, b}), InvalidArgument);
  EXPECT_THROW(network.applied({Input({.shape = {4}})}), InvalidArgument);
}

TEST(Network, WeightsComeBackByTheirShapes) {
  const Symbol a = Input({.shape = {3}});
  Network network({a}, {Dense(2)(a)}, "n");
  auto values = network.get_weights();
  ASSERT_EQ(values.size(), 2u);
  EXPECT_EQ(values[0].shape, (Shape{3, 2}));
  std::ranges::fill(values[0].values<float>(), 0.5f);
  network.set_weights(values);
  EXPECT_EQ(network.get_weights()[0].values<float>()[5], 0.5f);
  std::swap(values[0], values[1]);
  EXPECT_THROW(network.set_weights(values), InvalidArgument);
  values.pop_back();
  EXPECT_THROW(network.set_weights(values), InvalidArgument);
}

TEST(Network, KnowsWhichInputsAreIds) {
  const Symbol ids = Input({.shape = {4}}), x = Input({.shape = {3}});
  const Symbol e = layers::Flatten()(layers::Embedding(50, 2)(ids));
  const Network network({ids, x}, {Dense(1)(layers::concatenate({e, x}))}, "n");
  EXPECT_TRUE(network.takes_ids(0));
  EXPECT_EQ(network.id_limit(0), 50);
  EXPECT_FALSE(network.takes_ids(1));
}

TEST(Network, SummaryHasALineForEachLayerAndTheTotals) {
  const Symbol a = Input({.shape = {3}, .name = "a"});
  Dense frozen(4, {.name = "frozen"});
  frozen.state()->trainable = false;
  const Network network({a}, {Dense(1, {.name = "top"})(frozen(a))}, "n");
  const std::string all = network.summary();
  for (const char* part : {"a (InputLayer)", "frozen (Dense)", "(None, 4)", "Total params: 21",
                           "Trainable params: 5", "Non-trainable params: 16"})
    EXPECT_NE(all.find(part), std::string::npos) << all;
  EXPECT_THROW(network.summary(5), InvalidArgument);
}

TEST(Network, IsWalkedWithoutRecursion) {
  const Symbol a = Input({.shape = {1}});
  Symbol y = a;
  for (int i = 0; i < 3000; ++i) y = layers::Activation("relu")(y);
  EXPECT_EQ(Network({a}, {y}, "n").layers().size(), 3001u);
}

}  // namespace
}  // namespace lacuna

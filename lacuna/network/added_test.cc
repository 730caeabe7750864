// add_loss and add_metric of a model: what is trained without a loss of compile, and what is reported.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "lacuna/base/testing.h"
#include "lacuna/layers/calls.h"
#include "lacuna/layers/layer.h"
#include "lacuna/models/testing.h"
#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/reductions/reduce.h"
#include "lacuna/optimizers/sgd.h"

namespace lacuna {
namespace {

// Adds the mean of its input's squares to the loss.
class AddsItsSquares final : public layers::Layer {
 public:
  AddsItsSquares() : Layer({.name = "squares"}, "AddsItsSquares") {
    describe(layers::no_settings, layers::LayerOptions{});
  }

 protected:
  std::vector<Symbol> call(const layers::Inputs& inputs) override {
    layers::add_loss(multiply(inputs[0], inputs[0]));
    return {inputs[0]};
  }
};

TEST(Added, ALossThatTheModelHasTakesThePlaceOfOneOfCompile) {
  const Problem p;
  const Symbol x = layers::Input({.shape = {20}}), y = layers::Input({.shape = {1}});
  const Symbol out = layers::Dense(1)(x);
  Model usual(x, out), added({x, y}, {out});
  usual.compile({.optimizer = optimizers::SGD{}, .loss = "mse"});
  const Symbol error = subtract(out, y);
  added.add_loss(multiply(error, error));
  added.add_metric(mean(out), "size");
  added.compile({.optimizer = optimizers::SGD{}});
  EXPECT_EQ(added.metrics_names(), (std::vector<std::string>{"loss", "size"}));
  const auto start = usual.get_weights();
  const FitOptions options{.batch_size = 16, .epochs = 2, .verbose = 0, .shuffle = Shuffle::none};
  const History wanted = usual.fit(p.dense, p.y, options);
  const std::vector<float> learned = kernel_of(usual);
  usual.set_weights(start);
  const History got = added.fit({Array(p.dense), Array(p.y)}, {}, options);
  EXPECT_NEAR(got.history.at("loss")[1], wanted.history.at("loss")[1], 1e-6);
  EXPECT_EQ(got.history.at("size").size(), 2u);
  expect_near(kernel_of(added), learned, 1e-6);
}

TEST(Added, ALayerAddsALossInItsCall) {
  const Problem p;
  const Symbol x = layers::Input({.shape = {20}});
  Model model(x, layers::Dense(1)(AddsItsSquares()(x)));
  model.compile({.optimizer = optimizers::SGD{}, .loss = "mse"});
  double squares = 0;
  for (const float v : p.dense.values<float>()) squares += static_cast<double>(v) * v;
  const double error = [&] {
    const tensor::Dense got = model.predict(p.dense);
    double sum = 0;
    for (size_t i = 0; i < p.y.size(); ++i) sum += std::pow(got.values<float>()[i] - p.y[i], 2);
    return sum / static_cast<double>(p.y.size());
  }();
  EXPECT_NEAR(model.evaluate(p.dense, p.y, {.batch_size = 200, .verbose = 0})[0],
              error + squares / static_cast<double>(p.dense.size()), 1e-4);
  EXPECT_EQ(message_of([&] { layers::add_loss(mean(x)); }),
            "add_loss: must be called within the call method of a layer. Received: a call from elsewhere; "
            "write model.add_loss(loss).");
}

}  // namespace
}  // namespace lacuna

// Callbacks: early stopping, interrupts, and what they may do to the model.
#include <gtest/gtest.h>

#include <cmath>

#include "lacuna/base/interrupt.h"
#include "lacuna/base/message.h"
#include "lacuna/callbacks/early_stopping.h"
#include "lacuna/callbacks/lambda_callback.h"
#include "lacuna/layers/dense.h"
#include "lacuna/layers/input.h"
#include "lacuna/models/testing.h"
#include "lacuna/optimizers/sgd.h"

namespace lacuna {
namespace {

using layers::Dense;
using layers::Input;

TEST(Model, EarlyStoppingRestoresTheBestWeights) {
  const Problem p;
  Model model = linear(true, true);
  model.compile({.optimizer = optimizers::SGD{.lr = 0.05}, .loss = "mse"});
  auto stopping = std::make_shared<callbacks::EarlyStopping>(
      callbacks::EarlyStoppingOptions{.monitor = "loss", .patience = 2, .restore_best_weights = true});
  std::vector<float> at_two;
  auto remember = std::make_shared<callbacks::LambdaCallback>(
      callbacks::LambdaCallbackOptions{.on_epoch_end = [&](int epoch, const callbacks::Logs&) {
        if (epoch == 1) at_two = kernel_of(model);
      }});
  struct Worse : callbacks::Callback {
    void on_epoch_end(int epoch, callbacks::Logs& logs) override {
      if (epoch >= 2) *callbacks::find(logs, "loss") = 1e9;
    }
  };
  const History h = model.fit(
      p.csr, p.y, {.epochs = 50, .verbose = 0, .callbacks = {remember, std::make_shared<Worse>(), stopping}});
  EXPECT_EQ(h.epoch.size(), 4u);
  EXPECT_EQ(stopping->stopped_epoch(), 3);
  EXPECT_EQ(kernel_of(model), at_two);
}

TEST(Model, InterruptEndsFitBetweenSteps) {
  struct Interrupted : std::exception {};
  const Problem p;
  Model model = linear(true, false);
  model.compile({.optimizer = "sgd", .loss = "mse"});
  set_interrupt_check([] { throw Interrupted(); });
  EXPECT_THROW(model.fit(p.csr, p.y, {.epochs = 1'000'000, .verbose = 0}), Interrupted);
  set_interrupt_check({});
  EXPECT_TRUE(std::isfinite(model.evaluate(p.csr, p.y, {.verbose = 0})[0]));
}

TEST(Model, CallbacksMayFreezeAndEvaluateButNotCompile) {
  const Problem data;
  const Symbol in = Input({.shape = {20}});
  Dense first(4);
  Model model(in, Dense(1)(first(in)));
  model.compile({.optimizer = "sgd", .loss = "mse"});
  tensor::Dense after_first{};
  set_warning_handler([](const std::string&) {});  // The changed flag warns.
  const auto freeze = std::make_shared<callbacks::LambdaCallback>(
      callbacks::LambdaCallbackOptions{.on_epoch_end = [&](int epoch, const callbacks::Logs&) {
        if (epoch > 0) return;
        first.set_trainable(false);
        after_first = first.get_weights()[0];
        model.evaluate(data.dense, data.y, {.verbose = 0});
      }});
  model.fit(data.dense, data.y, {.epochs = 3, .verbose = 0, .callbacks = {freeze}});
  EXPECT_FALSE(std::ranges::equal(after_first.values<float>(), first.get_weights()[0].values<float>()));

  const auto compile = std::make_shared<callbacks::LambdaCallback>(
      callbacks::LambdaCallbackOptions{.on_epoch_end = [&](int, const callbacks::Logs&) {
        model.compile({.optimizer = "adam", .loss = "mae"});
      }});
  EXPECT_THROW(model.fit(data.dense, data.y, {.verbose = 0, .callbacks = {compile}}), InvalidArgument);
  model.compile({.optimizer = "adam", .loss = "mae"});  // Allowed after fit.
  EXPECT_THROW(model.fit(data.dense, data.y, {.verbose = 0, .callbacks = {nullptr}}), InvalidArgument);
  set_warning_handler({});
}

}  // namespace
}  // namespace lacuna

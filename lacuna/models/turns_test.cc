// Whatever two threads do with a model at the same time, neither sees half a step of the other.
// ThreadSanitizer runs this too.
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include "lacuna/backend/function.h"
#include "lacuna/callbacks/early_stopping.h"
#include "lacuna/models/testing.h"
#include "lacuna/optimizers/adam.h"
#include "lacuna/tensor/row_table.h"

namespace lacuna {
namespace {

using callbacks::EarlyStopping;

class Turns : public testing::TestWithParam<bool> {
 protected:
  Turns() {
    const Symbol in = layers::Input({.shape = {20}, .sparse = true});
    const layers::DenseOptions options{.kernel_regularizer = regularizers::l2(0.01),
                                       .sparse_weight = GetParam()};
    model_.emplace(in, layers::Dense(1)(layers::Dense(4, options)(in)));
    compile();
    path_ = (std::filesystem::temp_directory_path() / ("lacuna_turns_" + std::to_string(getpid()) + ".h5"))
                .string();
    model_->save(path_);
    value_ = model_->get_weights();
    kernel_ = model_->network().weights()[0]->variable;
  }
  ~Turns() override { std::filesystem::remove(path_); }

  void compile() {
    model_->compile({.optimizer = optimizers::Adam{.lr = 1e-3, .lazy_update = false}, .loss = "mse"});
  }

  std::vector<std::pair<std::string, std::function<void()>>> all() {
    return {
        {"fit", [&] { model_->fit(x_, y_, {.batch_size = 16, .verbose = 0}); }},
        {"fit with snapshots",
         [&] {
           const auto stop = std::make_shared<EarlyStopping>(
               callbacks::EarlyStoppingOptions{.monitor = "loss", .restore_best_weights = true});
           model_->fit(x_, y_, {.batch_size = 16, .verbose = 0, .callbacks = {stop}});
         }},
        {"train_on_batch", [&] { model_->train_on_batch(x_, y_); }},
        {"evaluate", [&] { model_->evaluate(x_, y_, {.verbose = 0}); }},
        {"predict", [&] { model_->predict(x_, {.batch_size = 16}); }},
        {"explain", [&] { model_->explain(x_, y_); }},
        {"save", [&] { model_->save(path_); }},
        {"save_to_bytes", [&] { model_->save_to_bytes(); }},
        {"save_weights", [&] { model_->save_weights(path_ + ".w"), std::filesystem::remove(path_ + ".w"); }},
        {"load_weights", [&] { model_->load_weights(path_); }},
        {"load_model", [&] { load_model(path_).predict(x_); }},
        {"get_weights", [&] { model_->get_weights(); }},
        {"set_weights", [&] { model_->set_weights(value_); }},
        {"snapshot", [&] { model_->network().restore(model_->network().snapshot()); }},
        {"rows", [&] { kernel_->copy(); }},
        {"eval", [&] { backend::eval(read(kernel_)); }},
        {"learning rate",
         [&] {
           Variable& lr = *model_->trainer().options().optimizer->lr;
           lr.set_scalar(lr.scalar() == 1e-3 ? 2e-3 : 1e-3);
         }},
        {"another model",
         [&] {
           const Symbol in = layers::Input({.shape = {20}, .sparse = true});
           Model(in, (*model_)(in)).predict(x_);
         }},
    };
  }

  Problem problem_{48};
  Arrays x_ = problem_.csr, y_ = problem_.y;
  std::optional<Model> model_{};
  std::string path_{};
  std::vector<tensor::Dense> value_{};
  VariablePtr kernel_{};
};

TEST_P(Turns, AnyTwoAtOnce) {
  const auto calls = all();
  for (size_t i = 0; i < calls.size(); ++i)
    for (size_t j = i; j < calls.size(); ++j) {
      SCOPED_TRACE(calls[i].first + " beside " + calls[j].first);
      std::thread other([&] { EXPECT_NO_THROW(for (int k = 0; k < 2; ++k) calls[j].second()); });
      EXPECT_NO_THROW(for (int k = 0; k < 2; ++k) calls[i].second());
      other.join();
    }
  for (const tensor::Dense& w : model_->get_weights())
    for (const float v : w.values<float>()) ASSERT_TRUE(std::isfinite(v));
}

TEST_P(Turns, AllAtOnce) {
  const auto calls = all();
  std::vector<std::thread> threads;
  for (const auto& call : calls)
    threads.emplace_back(
        [&call] { EXPECT_NO_THROW(for (int k = 0; k < 3; ++k) call.second()) << call.first; });
  for (auto& t : threads) t.join();
}

TEST_P(Turns, PredictWaitsForAStepAndNotForTheFit) {
  std::atomic<bool> predicted = false;
  struct Until final : callbacks::Callback {
    explicit Until(std::atomic<bool>& ends) : ends_(ends) {}
    void on_batch_end(int64_t, const callbacks::Logs&) override { trainer->stop_training = ends_.load(); }
    std::atomic<bool>& ends_;
  };
  std::thread fits([&] {  // Only the callback ends it.
    model_->fit(x_, y_,
                {.batch_size = 1,
                 .epochs = 1 << 30,
                 .verbose = 0,
                 .callbacks = {std::make_shared<Until>(predicted)}});
  });
  for (int k = 0; k < 3; ++k) model_->predict(x_);
  predicted = true;
  fits.join();
}

TEST_P(Turns, AFileIsOfWholeSteps) {
  // With one unit and a constant target all weights of a column move alike: in a file saved during a step
  // some would be ahead.
  const Symbol in = layers::Input({.shape = {20}});
  Model model(in, layers::Dense(64, {.use_bias = false, .kernel_initializer = "zeros"})(in));
  model.compile({.optimizer = "sgd", .loss = "mse"});
  tensor::Dense x, y;
  x.resize({4, 20}, DType::float32);
  y.resize({4, 64}, DType::float32);
  std::ranges::fill(x.values<float>(), 1.0F);
  std::ranges::fill(y.values<float>(), 1.0F);
  std::thread fits([&] { model.fit(x, y, {.batch_size = 4, .epochs = 1 << 30, .verbose = 0}); });
  for (int k = 0; k < 20; ++k) {
    const std::string bytes = model.save_to_bytes();
    const auto weights = load_model_from_bytes(bytes, false).get_weights();
    for (const float v : weights[0].values<float>()) EXPECT_EQ(v, weights[0].values<float>()[0]);
  }
  model.trainer().stop_training = true;
  fits.join();
}

INSTANTIATE_TEST_SUITE_P(Models, Turns, testing::Bool(),
                         [](const auto& of) { return of.param ? "WithATable" : "Dense"; });

}  // namespace
}  // namespace lacuna

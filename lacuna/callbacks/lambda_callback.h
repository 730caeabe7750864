// LambdaCallback: a callback made of functions, for small tasks.
#pragma once
#include <cstdint>
#include <functional>
#include <utility>

#include "lacuna/training/callback.h"

namespace LACUNA_EXPORT lacuna {
namespace callbacks {

// Functions for what a Callback's methods do; those not given do nothing.
struct LambdaCallbackOptions {
  std::function<void(int epoch, const Logs&)> on_epoch_begin{}, on_epoch_end{};
  std::function<void(int64_t batch, const Logs&)> on_batch_begin{}, on_batch_end{};
  std::function<void(const Logs&)> on_train_begin{}, on_train_end{};
};

class LambdaCallback : public Callback {
 public:
  explicit LambdaCallback(LambdaCallbackOptions options) : options_(std::move(options)) {}
  void on_epoch_begin(int epoch, const Logs& logs) override;
  void on_epoch_end(int epoch, Logs& logs) override;
  void on_batch_begin(int64_t batch, const Logs& logs) override;
  void on_batch_end(int64_t batch, const Logs& logs) override;
  void on_train_begin(const Logs& logs) override;
  void on_train_end(const Logs& logs) override;
  bool wants_batches() const override { return options_.on_batch_begin || options_.on_batch_end; }

 private:
  LambdaCallbackOptions options_;
};

}  // namespace callbacks
}  // namespace lacuna

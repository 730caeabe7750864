// Early stopping, and callbacks made of functions.
#include "lacuna/models/callbacks.h"

#include <cstdio>
#include <limits>

#include "lacuna/base/message.h"
#include "lacuna/metrics/metrics.h"

namespace lacuna::callbacks {

EarlyStopping::EarlyStopping(EarlyStoppingOptions options) : options_(std::move(options)) {
  const std::string& mode = options_.mode;
  require(mode == "auto" || mode == "min" || mode == "max",
          "EarlyStopping: mode must be 'auto', 'min' or 'max'. "
          "Received: mode='",
          mode, "'.");
  require(options_.patience >= 0,
          "EarlyStopping: patience must not be negative. Received: patience=", options_.patience, ".");
  larger_is_better_ = mode == "max" || (mode == "auto" && metrics::larger_is_better(options_.monitor));
}

void EarlyStopping::on_train_begin(const Logs&) {
  wait_ = stopped_epoch_ = 0;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  best_ = options_.baseline.value_or(larger_is_better_ ? -kInfinity : kInfinity);
  best_weights_ = {};
}

void EarlyStopping::on_epoch_end(int epoch, Logs& logs) {
  const double* current = find(logs, options_.monitor);
  if (!current) {
    std::string known;
    for (const auto& entry : logs) known += (known.empty() ? "" : ", ") + entry.first;
    warn("EarlyStopping: monitor must be one of the logs. Received: monitor='" + options_.monitor +
         "'; logs: " + known + ".");
    return;
  }
  const double delta = options_.min_delta < 0 ? -options_.min_delta : options_.min_delta;
  if (larger_is_better_ ? *current - delta > best_ : *current + delta < best_) {
    best_ = *current;
    wait_ = 0;
    if (options_.restore_best_weights) best_weights_ = trainer->network().snapshot();
    return;
  }
  if (++wait_ < options_.patience) return;
  stopped_epoch_ = epoch;
  trainer->stop_training = true;
  if (options_.restore_best_weights && !best_weights_.values.empty()) {
    if (options_.verbose > 0) print("Restoring model weights from the end of the best epoch\n");
    trainer->network().restore(best_weights_);
  }
}

void EarlyStopping::on_train_end(const Logs&) {
  if (stopped_epoch_ == 0 || options_.verbose == 0) return;
  char line[64];
  std::snprintf(line, sizeof line, "Epoch %05d: early stopping\n", stopped_epoch_ + 1);
  print(line);
}

void LambdaCallback::on_epoch_begin(int epoch, const Logs& logs) {
  if (options_.on_epoch_begin) options_.on_epoch_begin(epoch, logs);
}
void LambdaCallback::on_epoch_end(int epoch, Logs& logs) {
  if (options_.on_epoch_end) options_.on_epoch_end(epoch, logs);
}
void LambdaCallback::on_batch_begin(int64_t batch, const Logs& logs) {
  if (options_.on_batch_begin) options_.on_batch_begin(batch, logs);
}
void LambdaCallback::on_batch_end(int64_t batch, const Logs& logs) {
  if (options_.on_batch_end) options_.on_batch_end(batch, logs);
}
void LambdaCallback::on_train_begin(const Logs& logs) {
  if (options_.on_train_begin) options_.on_train_begin(logs);
}
void LambdaCallback::on_train_end(const Logs& logs) {
  if (options_.on_train_end) options_.on_train_end(logs);
}

}  // namespace lacuna::callbacks

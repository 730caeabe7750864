// Early stopping.
#include "lacuna/callbacks/early_stopping.h"

#include <cmath>
#include <cstdio>

#include "lacuna/base/error.h"
#include "lacuna/base/message.h"
#include "lacuna/training/trainer.h"

namespace lacuna::callbacks {

EarlyStopping::EarlyStopping(EarlyStoppingOptions options)
    : options_(std::move(options)), monitor_("EarlyStopping", options_.monitor, options_.mode) {
  LACUNA_REQUIRE(options_.patience >= 0,
                 "EarlyStopping: patience must not be negative. Received: patience=", options_.patience, ".");
}

void EarlyStopping::on_train_begin(const Logs&) {
  wait_ = stopped_epoch_ = 0;
  monitor_.ask(trainer);
  best_ = options_.baseline.value_or(monitor_.worst());
  best_weights_ = {};
}

void EarlyStopping::restore(int wait, int stopped_epoch, double best) {
  wait_ = wait;
  stopped_epoch_ = stopped_epoch;
  best_ = best;
}

EarlyStopping::Verdict EarlyStopping::judge(int epoch, const Logs& logs) {
  const double* current = monitor_.find(logs);
  if (!current) return Verdict::wait;
  if (monitor_.better(*current, best_, std::abs(options_.min_delta))) {
    best_ = *current;
    wait_ = 0;
    return Verdict::best;
  }
  if (++wait_ < options_.patience) return Verdict::wait;
  stopped_epoch_ = epoch;
  return Verdict::stop;
}

void EarlyStopping::on_epoch_end(int epoch, Logs& logs) {
  const Verdict verdict = judge(epoch, logs);
  if (verdict == Verdict::best && options_.restore_best_weights)
    best_weights_ = trainer->network().snapshot();
  if (verdict != Verdict::stop) return;
  trainer->stop_training = true;
  inform(text("EarlyStopping: ", options_.monitor, " has not become better than ", best_, " for ", wait_,
              " epochs, so that fit ends after epoch ", epoch + 1, "."));
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

}  // namespace lacuna::callbacks

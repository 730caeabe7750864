// Callbacks that set the learning rate, or end training where it was too large.
#include "lacuna/models/rates.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "lacuna/base/message.h"

namespace lacuna::callbacks {
namespace {

Variable& rate_of(Trainer& trainer) { return *trainer.compiled("callbacks")->optimizer->lr; }

// Callbacks later in the list see it.
void log_rate(Logs& logs, double rate) {
  if (double* known = find(logs, "lr")) *known = rate;
  else logs.emplace_back("lr", rate);
}

void say(int epoch, const char* what, double rate) {
  char line[160];
  std::snprintf(line, sizeof line, "\nEpoch %05d: %s learning rate to %.15g.\n", epoch + 1, what, rate);
  print(line);
}

}  // namespace

LearningRateScheduler::LearningRateScheduler(std::function<double(int, double)> schedule, int verbose)
    : schedule_(std::move(schedule)), verbose_(verbose) {
  require(static_cast<bool>(schedule_), "LearningRateScheduler: a schedule must be given. Received: none.");
}

void LearningRateScheduler::on_epoch_begin(int epoch, const Logs&) {
  Variable& lr = rate_of(*trainer);
  const double rate = schedule_(epoch, lr.scalar());
  require(std::isfinite(rate) && rate >= 0,
          "LearningRateScheduler: the schedule must give a rate that is finite and not negative. Received: ",
          rate, " for epoch ", epoch, ".");
  lr.set_scalar(rate);
  if (verbose_ > 0) say(epoch, "LearningRateScheduler setting", rate);
}

void LearningRateScheduler::on_epoch_end(int, Logs& logs) { log_rate(logs, rate_of(*trainer).scalar()); }

ReduceLROnPlateau::ReduceLROnPlateau(ReduceLROnPlateauOptions options)
    : options_(std::move(options)),
      monitor_("ReduceLROnPlateau", options_.monitor, options_.mode),
      best_(monitor_.worst()) {
  require(options_.factor >= 0 && options_.factor < 1,
          "ReduceLROnPlateau: factor must be in [0, 1). Received: factor=", options_.factor, ".");
}

void ReduceLROnPlateau::on_train_begin(const Logs&) {
  monitor_.ask(trainer);
  best_ = monitor_.worst();
  wait_ = cooling_ = 0;
}

void ReduceLROnPlateau::on_epoch_end(int epoch, Logs& logs) {
  Variable& lr = rate_of(*trainer);
  log_rate(logs, lr.scalar());
  const double* current = monitor_.find(logs);
  if (!current) return;
  if (cooling_ > 0) {
    --cooling_;
    wait_ = 0;
  }
  if (monitor_.better(*current, best_, options_.min_delta)) {
    best_ = *current;
    wait_ = 0;
    return;
  }
  if (cooling_ > 0 || ++wait_ < options_.patience) return;
  const double before = lr.scalar();
  if (before <= options_.min_lr) return;
  lr.set_scalar(std::max(before * options_.factor, options_.min_lr));
  if (options_.verbose > 0) say(epoch, "ReduceLROnPlateau reducing", lr.scalar());
  cooling_ = options_.cooldown;
  wait_ = 0;
}

void TerminateOnNaN::on_batch_end(int64_t batch, const Logs& logs) {
  const double* loss = find(logs, "loss");
  if (!loss || std::isfinite(*loss)) return;
  print(text("Batch ", batch, ": Invalid loss, terminating training\n"));
  trainer->stop_training = true;
}

}  // namespace lacuna::callbacks

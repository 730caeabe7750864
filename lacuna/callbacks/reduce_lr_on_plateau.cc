// Reduces the learning rate on a plateau.
#include "lacuna/callbacks/reduce_lr_on_plateau.h"

#include <algorithm>
#include <utility>

#include "lacuna/base/error.h"
#include "lacuna/base/message.h"
#include "lacuna/callbacks/rate.h"
#include "lacuna/graph/variable.h"

namespace lacuna::callbacks {

ReduceLROnPlateau::ReduceLROnPlateau(ReduceLROnPlateauOptions options)
    : options_(std::move(options)),
      monitor_("ReduceLROnPlateau", options_.monitor, options_.mode),
      best_(monitor_.worst()) {
  LACUNA_REQUIRE(options_.factor >= 0 && options_.factor < 1,
                 "ReduceLROnPlateau: factor must be in [0, 1). Received: factor=", options_.factor, ".");
}

void ReduceLROnPlateau::on_train_begin(const Logs&) {
  monitor_.ask(trainer);
  best_ = monitor_.worst();
  wait_ = cooling_ = 0;
}

double ReduceLROnPlateau::judge(int epoch, const Logs& logs, double rate) {
  const double* current = monitor_.find(logs);
  if (!current) return rate;
  if (cooling_ > 0) {
    --cooling_;
    wait_ = 0;
  }
  if (monitor_.better(*current, best_, options_.min_delta)) {
    best_ = *current;
    wait_ = 0;
    return rate;
  }
  if (cooling_ > 0 || ++wait_ < options_.patience || rate <= options_.min_lr) return rate;
  const double reduced = std::max(rate * options_.factor, options_.min_lr);
  inform(text("ReduceLROnPlateau: the learning rate is ", reduced, " after epoch ", epoch + 1, "."));
  if (options_.verbose > 0) print_rate(epoch, "ReduceLROnPlateau reducing", reduced);
  cooling_ = options_.cooldown;
  wait_ = 0;
  return reduced;
}

void ReduceLROnPlateau::on_epoch_end(int epoch, Logs& logs) {
  Variable& lr = rate_of(*trainer);
  const double before = lr.scalar();
  log_rate(logs, before);
  if (const double after = judge(epoch, logs, before); after != before) lr.set_scalar(after);
}

}  // namespace lacuna::callbacks

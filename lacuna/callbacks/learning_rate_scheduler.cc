// Sets a rate for each epoch.
#include "lacuna/callbacks/learning_rate_scheduler.h"

#include <cmath>
#include <utility>

#include "lacuna/base/error.h"
#include "lacuna/callbacks/rate.h"
#include "lacuna/graph/variable.h"

namespace lacuna::callbacks {

LearningRateScheduler::LearningRateScheduler(std::function<double(int, double)> schedule, int verbose)
    : schedule_(std::move(schedule)), verbose_(verbose) {
  LACUNA_REQUIRE(static_cast<bool>(schedule_),
                 "LearningRateScheduler: a schedule must be given. Received: none.");
}

void LearningRateScheduler::on_epoch_begin(int epoch, const Logs&) {
  Variable& lr = rate_of(*trainer);
  const double rate = schedule_(epoch, lr.scalar());
  LACUNA_REQUIRE(
      std::isfinite(rate) && rate >= 0,
      "LearningRateScheduler: the schedule must give a rate that is finite and not negative. Received: ",
      rate, " for epoch ", epoch, ".");
  lr.set_scalar(rate);
  if (verbose_ > 0) print_rate(epoch, "LearningRateScheduler setting", rate);
}

void LearningRateScheduler::on_epoch_end(int, Logs& logs) { log_rate(logs, rate_of(*trainer).scalar()); }

}  // namespace lacuna::callbacks

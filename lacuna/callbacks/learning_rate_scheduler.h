// LearningRateScheduler: sets the learning rate of each epoch.
#pragma once
#include <functional>

#include "lacuna/training/callback.h"

namespace LACUNA_EXPORT lacuna {
namespace callbacks {

// schedule(epoch, lr) returns the rate of that epoch, counted from 0; lr is the rate so far. The logs get the
// new rate as "lr".
class LearningRateScheduler : public Callback {
 public:
  explicit LearningRateScheduler(std::function<double(int epoch, double lr)> schedule, int verbose = 0);
  void on_epoch_begin(int epoch, const Logs& logs) override;
  void on_epoch_end(int epoch, Logs& logs) override;
  bool wants_batches() const override { return false; }

 private:
  std::function<double(int, double)> schedule_;
  int verbose_;
};

}  // namespace callbacks
}  // namespace lacuna

// A learning rate for each epoch.
#pragma once
#include <functional>

#include "lacuna/training/callback.h"

namespace lacuna::callbacks {

// schedule: from the epoch, counted from 0, and the rate to the rate of that epoch. The logs get it as "lr".
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

}  // namespace lacuna::callbacks

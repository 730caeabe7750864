// ReduceLROnPlateau: reduces the learning rate when training no longer gets better.
#pragma once
#include <string>

#include "lacuna/callbacks/monitor.h"
#include "lacuna/training/callback.h"

namespace LACUNA_EXPORT lacuna {
namespace callbacks {

struct ReduceLROnPlateauOptions {
  std::string monitor = "val_loss";
  double factor = 0.1;
  int patience = 10;
  int verbose = 0;
  std::string mode = "auto";  // min, max, or auto: see Monitor.
  double min_delta = 1e-4;
  int cooldown = 0;  // Epochs after a reduction that are not counted.
  double min_lr = 0;
};

// Multiplies the rate by `factor`, to min_lr at least, when the monitored value has not improved by min_delta
// for `patience` epochs. The logs get the rate as "lr".
class ReduceLROnPlateau : public Callback {
 public:
  explicit ReduceLROnPlateau(ReduceLROnPlateauOptions options = {});
  void on_train_begin(const Logs&) override;
  void on_epoch_end(int epoch, Logs& logs) override;
  bool wants_batches() const override { return false; }

  // The rate after this epoch, from the logs and the rate so far, for models of other kinds.
  double judge(int epoch, const Logs& logs, double rate);

  int wait() const { return wait_; }
  double best() const { return best_; }
  // For copies: takes over what another one had seen. The next fit starts anew.
  void restore(int wait, double best) {
    wait_ = wait;
    best_ = best;
  }

 private:
  ReduceLROnPlateauOptions options_;
  Monitor monitor_;
  double best_;
  int wait_ = 0, cooling_ = 0;
};

}  // namespace callbacks
}  // namespace lacuna

// EarlyStopping: ends training when it no longer gets better.
#pragma once
#include <optional>
#include <string>

#include "lacuna/callbacks/monitor.h"
#include "lacuna/network/network.h"
#include "lacuna/training/callback.h"

namespace LACUNA_EXPORT lacuna {
namespace callbacks {

struct EarlyStoppingOptions {
  std::string monitor = "val_loss";
  double min_delta = 0;
  int patience = 0;
  int verbose = 0;
  std::string mode = "auto";  // min, max, or auto: see Monitor
  std::optional<double> baseline{};
  bool restore_best_weights = false;  // Of tables only touched rows are kept.
};

// Ends training when the monitored value has not improved for `patience` epochs.
class EarlyStopping : public Callback {
 public:
  explicit EarlyStopping(EarlyStoppingOptions options = {});
  void on_train_begin(const Logs&) override;
  void on_epoch_end(int epoch, Logs& logs) override;
  void on_train_end(const Logs&) override;
  bool wants_batches() const override { return false; }

  int wait() const { return wait_; }
  int stopped_epoch() const { return stopped_epoch_; }  // 0 where it did not stop.
  double best() const { return best_; }
  // For copies: takes over what another one had seen. The next fit starts anew.
  void restore(int wait, int stopped_epoch, double best);

  // What on_epoch_end decides from the logs alone, for models of other kinds, whose caller acts on it.
  enum class Verdict { wait, best, stop };
  Verdict judge(int epoch, const Logs& logs);

 private:
  EarlyStoppingOptions options_;
  Monitor monitor_;
  int wait_ = 0, stopped_epoch_ = 0;
  double best_ = 0;
  Snapshot best_weights_{};
};

}  // namespace callbacks
}  // namespace lacuna

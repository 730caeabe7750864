// ModelCheckpoint: saves the model after epochs.
#pragma once
#include <optional>

#include "lacuna/callbacks/monitor.h"
#include "lacuna/models/model.h"

namespace LACUNA_EXPORT lacuna {
namespace callbacks {

struct ModelCheckpointOptions {
  // May hold values of the logs, and the epoch from 1, as in Python's format:
  // "w.{epoch:02d}-{val_loss:.2f}.h5".
  std::string filepath{};
  std::string monitor = "val_loss";
  int verbose = 0;
  bool save_best_only = false;     // Only if the monitored value is the best so far.
  bool save_weights_only = false;  // save_weights in place of save.
  std::string mode = "auto";       // min, max, or auto: see Monitor.
  int period = 1;                  // Epochs between two saves.
};

class ModelCheckpoint : public Callback {
 public:
  // An existing file is replaced; its folder must exist when fit begins. The model is a handle, so it may be
  // trained after it was given here.
  ModelCheckpoint(const Model& model, ModelCheckpointOptions options);
  explicit ModelCheckpoint(ModelCheckpointOptions options);  // For callers that save it.
  void on_train_begin(const Logs&) override;
  void on_epoch_end(int epoch, Logs& logs) override;
  bool wants_batches() const override { return false; }

  double best() const { return best_.value_or(monitor_.worst()); }
  void restore(double best) { best_ = best; }  // For copies.
  // Whether to save after this epoch. Call it once per epoch, since it counts them. path: for what verbose
  // prints.
  bool is_due(int epoch, const Logs& logs, const std::string& path);

 private:
  std::optional<Model> model_{};
  ModelCheckpointOptions options_;
  Monitor monitor_;
  std::optional<double> best_{};  // Kept from one fit to the next.
  int since_ = 0;
};

// Puts values into a pattern: {name}, or {name:…} with a format of numbers: [0][width][.digits][d|e|f|g].
// Throws InvalidArgument for an unknown name or another format.
std::string format_path(const std::string& pattern, int epoch, const Logs& logs);

}  // namespace callbacks
}  // namespace lacuna

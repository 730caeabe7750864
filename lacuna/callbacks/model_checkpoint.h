// Saves the model after epochs.
#pragma once
#include <optional>

#include "lacuna/callbacks/monitor.h"
#include "lacuna/models/model.h"

namespace lacuna::callbacks {

struct ModelCheckpointOptions {
  // Values of the logs, and the epoch from 1, may stand in it as in Python:
  // "w.{epoch:02d}-{val_loss:.2f}.h5".
  std::string filepath{};
  std::string monitor = "val_loss";
  int verbose = 0;
  bool save_best_only = false;     // Only where what is monitored is better than ever before.
  bool save_weights_only = false;  // save_weights in place of save.
  std::string mode = "auto";       // min, max, or auto: see Monitor.
  int period = 1;                  // Epochs between two saves.
};

class ModelCheckpoint : public Callback {
 public:
  // A file that is there is replaced; its folder must be there when fit begins. The model is a handle: one
  // that is given here may be trained later.
  ModelCheckpoint(const Model& model, ModelCheckpointOptions options);
  explicit ModelCheckpoint(ModelCheckpointOptions options);  // For who saves itself, where it is_due.
  void on_train_begin(const Logs&) override;
  void on_epoch_end(int epoch, Logs& logs) override;
  bool wants_batches() const override { return false; }

  double best() const { return best_.value_or(monitor_.worst()); }
  void restore(double best) { best_ = best; }  // What another one had seen: of copies.
  // Whether this epoch is to be saved; counts it. path: for what verbose prints.
  bool is_due(int epoch, const Logs& logs, const std::string& path);

 private:
  std::optional<Model> model_{};
  ModelCheckpointOptions options_;
  Monitor monitor_;
  std::optional<double> best_{};  // Kept from one fit to the next.
  int since_ = 0;
};

// A pattern with values put in: {name}, or {name:…} with a format of numbers: [0][width][.digits][d|e|f|g].
// An error for a name that is not there, or another format.
std::string format_path(const std::string& pattern, int epoch, const Logs& logs);

}  // namespace lacuna::callbacks

// BackupAndRestore: saves where fit is, so that a fit that was interrupted goes on there, with the same bits.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "lacuna/models/model.h"

namespace LACUNA_EXPORT lacuna {
namespace callbacks {

struct BackupAndRestoreOptions {
  std::string backup_dir{};       // A file that ends in .h5, or a folder, which gets the file backup.h5.
  int64_t save_freq = 0;          // Batches between two saves; 0: an epoch.
  bool delete_checkpoint = true;  // When fit has come to its end.
};

// The weights, the states of the optimizer, the learning rate and the random numbers are those of the backup,
// and so is the place in the epoch. Logs of an epoch that goes on are means over the batches that were left.
// A state of another callback, such as the patience of EarlyStopping, is not kept.
class BackupAndRestore : public Callback {
 public:
  // The model is a handle, so it may be compiled after it was given here, before fit.
  BackupAndRestore(const Model& model, BackupAndRestoreOptions options);
  explicit BackupAndRestore(
      BackupAndRestoreOptions options);  // For callers that name the model in each call.

  void on_train_begin(const Logs&) override { begin(*model_); }
  void on_batch_end(int64_t, const Logs&) override { end_batch(*model_); }
  void on_epoch_end(int, Logs&) override { end_epoch(*model_); }
  void on_train_end(const Logs&) override { end(); }
  void on_train_error() override { end_early(*model_); }
  bool wants_batches() const override { return options_.save_freq > 0; }

  // Throws InvalidArgument if there is a file that is no backup of this model.
  void begin(Model& model);
  void end_batch(Model& model);
  void end_epoch(Model& model);
  // Saves where an error or an interrupt ended the fit, if any step was made.
  void end_early(Model& model);
  void end();

 private:
  std::optional<Model> model_{};
  BackupAndRestoreOptions options_;
  std::string path_;   // Of the file.
  int64_t since_ = 0;  // Batches after the last save.
};

}  // namespace callbacks
}  // namespace lacuna

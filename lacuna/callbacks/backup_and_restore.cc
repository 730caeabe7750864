// Saves and restores a fit.
#include "lacuna/callbacks/backup_and_restore.h"

#include <filesystem>

#include "lacuna/base/message.h"
#include "lacuna/base/path.h"
#include "lacuna/base/utf8.h"
#include "lacuna/callbacks/rate.h"
#include "lacuna/graph/variable.h"
#include "lacuna/models/model_file.h"

namespace lacuna::callbacks {
namespace {

std::string file_in(const std::string& given) {
  const std::filesystem::path path(checked_path("BackupAndRestore", given));
  const bool is_file =
      path.extension() == ".h5" || path.extension() == ".hdf5" || path.extension() == ".keras";
  std::error_code none;
  return is_file && !std::filesystem::is_directory(path, none) ? given : (path / "backup.h5").string();
}

}  // namespace

BackupAndRestore::BackupAndRestore(const Model& model, BackupAndRestoreOptions options)
    : BackupAndRestore(std::move(options)) {
  model_ = model;
}

BackupAndRestore::BackupAndRestore(BackupAndRestoreOptions options)
    : options_(std::move(options)), path_(file_in(options_.backup_dir)) {
  LACUNA_REQUIRE(options_.save_freq >= 0,
                 "BackupAndRestore: save_freq must be 'epoch' or a number of batches. Received: "
                 "save_freq=",
                 options_.save_freq, ".");
}

void BackupAndRestore::begin(Model& model) {
  since_ = 0;
  std::error_code error;
  if (!std::filesystem::exists(path_, error)) {
    const std::filesystem::path folder = std::filesystem::path(path_).parent_path();
    if (!folder.empty()) std::filesystem::create_directories(folder, error);
    if (error)
      path_failed("BackupAndRestore", "the folder must be there or be made", folder.string(), error.value());
    return;
  }
  const ModelFile file = ModelFile::open("BackupAndRestore", path_);
  LACUNA_REQUIRE(file.position().has_value(), "BackupAndRestore: the file must be a backup. Received: path='",
                 shown_utf8(path_), "', which was not saved within fit.");
  file.restore_weights(model);
  file.restore_training(model);
  if (const auto rate = file.learning_rate()) {
    const auto turn = model.network().turn().take();
    rate_of(model.trainer()).set_scalar(*rate);
  }
  model.trainer().resume_at(*file.position());
  inform(text("BackupAndRestore: fit goes on from '", shown_utf8(path_), "', which was saved after ",
              file.position()->epoch, " epochs and ", file.position()->batch, " batches."));
}

void BackupAndRestore::end_batch(Model& model) {
  if (options_.save_freq == 0 || ++since_ < options_.save_freq) return;
  since_ = 0;
  model.save(path_);
}

void BackupAndRestore::end_epoch(Model& model) {
  if (options_.save_freq == 0) model.save(path_);
}

void BackupAndRestore::end_early(Model& model) {
  const auto at = model.trainer().position();
  if (!at || (at->epoch == 0 && at->batch == 0)) return;
  try {
    model.save(path_);
  } catch (const std::exception& error) {  // The first error is told to the caller.
    warn(text("BackupAndRestore: the backup could not be written. Received: ", error.what()));
  }
}

void BackupAndRestore::end() {
  std::error_code none;
  if (options_.delete_checkpoint) std::filesystem::remove(path_, none);
}

}  // namespace lacuna::callbacks

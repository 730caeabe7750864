// A fit that a callback ended goes on from its backup, to the bits of one that was not.
#include "lacuna/callbacks/backup_and_restore.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <stdexcept>

#include "lacuna/base/testing.h"
#include "lacuna/callbacks/lambda_callback.h"
#include "lacuna/models/testing.h"
#include "lacuna/optimizers/adam.h"

namespace lacuna {
namespace {

Model for_backups() {
  Model model = linear(false, true);
  model.compile({.optimizer = optimizers::Adam{.lr = 0.01}, .loss = "mse"});
  model.trainer().set_random_state({1, 0, 2, 0});
  return model;
}

struct Killed : std::runtime_error {
  Killed() : std::runtime_error("killed") {}
};

// Ends fit after so many batches.
class Interrupt final : public callbacks::Callback {
 public:
  explicit Interrupt(int after) : left_(after) {}
  void on_batch_end(int64_t, const callbacks::Logs&) override {
    if (--left_ == 0) throw Killed();
  }

 private:
  int left_;
};

TEST(BackupAndRestore, AFitGoesOnInTheMiddleOfAnEpoch) {
  const Problem p;  // 101 rows: 7 batches of 16.
  const std::string path = temporary_folder() + "backup.h5";
  FitOptions options{.batch_size = 16, .epochs = 3, .verbose = 0};
  Model whole = for_backups();
  whole.fit(p.csr, p.y, options);
  for (const int after : {1, 6, 7, 8, 20}) {
    const auto backup = [&](const Model& model) {
      return std::make_shared<callbacks::BackupAndRestore>(
          model, callbacks::BackupAndRestoreOptions{.backup_dir = path, .save_freq = 1});
    };
    Model stopped = for_backups();
    options.callbacks = {backup(stopped), std::make_shared<Interrupt>(after)};
    EXPECT_THROW(stopped.fit(p.csr, p.y, options), Killed);
    Model again = for_backups();
    again.trainer().set_random_state({9, 9, 9, 9});  // The backup has its own.
    options.callbacks = {backup(again)};
    again.fit(p.csr, p.y, options);
    EXPECT_EQ(kernel_of(again), kernel_of(whole)) << after;
    EXPECT_FALSE(std::filesystem::exists(path));
    EXPECT_FALSE(again.trainer().position());
  }
}

TEST(BackupAndRestore, AnErrorLeavesABackupOfTheLastStep) {
  const Problem p;
  const std::string path = temporary_folder() + "early.h5";
  FitOptions options{.batch_size = 16, .epochs = 3, .verbose = 0};
  Model whole = for_backups();
  whole.fit(p.csr, p.y, options);
  for (const int after : {2, 9}) {
    Model stopped = for_backups();
    options.callbacks = {std::make_shared<callbacks::BackupAndRestore>(
                             stopped, callbacks::BackupAndRestoreOptions{.backup_dir = path}),
                         std::make_shared<Interrupt>(after)};
    EXPECT_THROW(stopped.fit(p.csr, p.y, options), Killed);
    EXPECT_TRUE(std::filesystem::exists(path)) << after;
    Model again = for_backups();
    options.callbacks = {std::make_shared<callbacks::BackupAndRestore>(
                             again, callbacks::BackupAndRestoreOptions{.backup_dir = path}),
                         std::make_shared<Interrupt>(7)};
    EXPECT_THROW(again.fit(p.csr, p.y, options), Killed);  // Seven steps more, of the 21.
    options.callbacks.pop_back();
    again.fit(p.csr, p.y, options);
    EXPECT_EQ(kernel_of(again), kernel_of(whole)) << after;
    EXPECT_FALSE(std::filesystem::exists(path));
  }
}

TEST(BackupAndRestore, AnErrorBeforeTheFirstStepLeavesNone) {
  const std::string path = temporary_folder() + "none.h5";
  struct Early final : callbacks::Callback {
    void on_epoch_begin(int, const callbacks::Logs&) override { throw Killed(); }
  };
  const Problem p;
  Model model = for_backups();
  FitOptions options{.verbose = 0,
                     .callbacks = {std::make_shared<callbacks::BackupAndRestore>(
                                       model, callbacks::BackupAndRestoreOptions{.backup_dir = path}),
                                   std::make_shared<Early>()}};
  EXPECT_THROW(model.fit(p.csr, p.y, options), Killed);
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(BackupAndRestore, OtherDataAndOtherFilesAreErrors) {
  const Problem p, fewer(90);
  const std::string path = temporary_folder() + "backup.h5";
  Model model = for_backups();
  const auto backup = std::make_shared<callbacks::BackupAndRestore>(
      model, callbacks::BackupAndRestoreOptions{.backup_dir = path, .save_freq = 1});
  FitOptions options{
      .batch_size = 16, .epochs = 3, .verbose = 0, .callbacks = {backup, std::make_shared<Interrupt>(3)}};
  EXPECT_THROW(model.fit(p.csr, p.y, options), Killed);
  options.callbacks = {backup};
  EXPECT_NE(message_of([&] { model.fit(fewer.csr, fewer.y, options); }).find("and before arrays of 101 rows"),
            std::string::npos);
  options.batch_size = 15;
  EXPECT_NE(message_of([&] { model.fit(p.csr, p.y, options); }).find("batch_size=15, and before 16"),
            std::string::npos);
  model.save(path);
  EXPECT_NE(message_of([&] { model.fit(p.csr, p.y, options); }).find("must be a backup"), std::string::npos);
  std::filesystem::remove(path);
  EXPECT_THROW(callbacks::BackupAndRestore({.backup_dir = path, .save_freq = -1}), InvalidArgument);
  EXPECT_THROW(callbacks::BackupAndRestore({.backup_dir = ""}), InvalidArgument);
}

}  // namespace
}  // namespace lacuna

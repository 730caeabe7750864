// CSVLogger: writes the logs of each epoch as a line of a file.
#pragma once
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "lacuna/training/callback.h"

namespace LACUNA_EXPORT lacuna {
namespace callbacks {

// A line per epoch: its number, from 0, and the logs, sorted by name, or in the order of the first line of a
// file that is appended to. A cell with a separator, a quote or a line break is quoted. append: keeps the
// lines of the file. A line is in the file when its epoch ends.
class CSVLogger : public Callback {
 public:
  explicit CSVLogger(std::string filename, std::string separator = ",", bool append = false);
  void on_train_begin(const Logs&) override;
  void on_epoch_end(int epoch, Logs& logs) override;
  void on_train_end(const Logs&) override { file_.close(); }
  bool wants_batches() const override { return false; }

  // Writes the line of an epoch whose values are texts; NA for a value that is missing, as in an epoch that
  // ended early.
  using Texts = std::vector<std::pair<std::string, std::string>>;
  void write(int epoch, const Texts& values);
  const std::vector<std::string>& keys() const { return keys_; }  // The columns; none before the first line.
  void restore(std::vector<std::string> keys) { keys_ = std::move(keys); }  // For copies.

 private:
  std::string quoted(const std::string& cell) const;
  bool read_what_is_there();

  std::string filename_, separator_;
  bool append_, header_ = true;
  std::ofstream file_{};
  std::vector<std::string> keys_{};
};

}  // namespace callbacks
}  // namespace lacuna

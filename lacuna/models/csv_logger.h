#pragma once
#include <fstream>

#include "lacuna/training/callback.h"

namespace lacuna::callbacks {

// A line an epoch: its number, from 0, and the logs, sorted by name, as the first line names them. append:
// below what is in the file already. A line is in the file when its epoch ends.
class CSVLogger : public Callback {
 public:
  explicit CSVLogger(std::string filename, std::string separator = ",", bool append = false);
  void on_train_begin(const Logs&) override;
  void on_epoch_end(int epoch, Logs& logs) override;
  void on_train_end(const Logs&) override { file_.close(); }
  bool wants_batches() const override { return false; }

 private:
  std::string filename_, separator_;
  bool append_, header_ = true;
  std::ofstream file_{};
  std::vector<std::string> keys_{};
};

}  // namespace lacuna::callbacks

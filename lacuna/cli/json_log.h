// A file with a JSON object in each line: {"event": "epoch", "epoch": 1, "loss": 0.5, …}.
#pragma once
#include <chrono>
#include <fstream>
#include <string>

#include "lacuna/base/config.h"
#include "lacuna/cli/session.h"
#include "lacuna/training/callback.h"

namespace lacuna::cli {

// Events: start; epoch, from 1, with the logs and seconds since the start; warning and error, with a message;
// end. A line is in the file when it is told. No number is a null.
class JsonLog : public callbacks::Callback {
 public:
  // '-': the output of the session. more: lines are added to those that are there.
  JsonLog(const Session& session, const std::string& path, bool more);

  void on_train_begin(const callbacks::Logs&) override;
  void on_epoch_end(int epoch, callbacks::Logs& logs) override;
  bool wants_batches() const override { return false; }

  void tell(const std::string& event, Config values = {});

 private:
  const Session& session_;
  std::string path_;
  std::ofstream file_{};
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace lacuna::cli

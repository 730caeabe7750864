// The base class of callbacks, by which a user watches and controls training.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lacuna/base/export.h"

namespace LACUNA_EXPORT lacuna {

class Trainer;

namespace callbacks {

// Names and values: {"loss", 0.25}, {"acc", 0.9}, … of a batch also {"batch", 3}, {"size", 32}.
using Logs = std::vector<std::pair<std::string, double>>;
// The value of that name, or else of another name of the same log, such as accuracy for acc. Null where there
// is none.
double* find(Logs& logs, const std::string& name);
const double* find(const Logs& logs, const std::string& name);

// What fit is about to do.
struct Params {
  int64_t batch_size = 0;
  int epochs = 0;
  int64_t samples = 0;  // 0: not known.
  int verbose = 0;
  bool do_validation = false;
  std::vector<std::string> metrics{};
  std::optional<int64_t> steps{};  // Batches of an epoch, where they come one by one.
};

// Called on the thread that called fit. What a callback throws ends fit and reaches the caller.
class Callback {
 public:
  virtual ~Callback() = default;
  virtual void on_train_begin(const Logs&) {}
  virtual void on_train_end(const Logs&) {}
  // In its place where fit ends by an error or an interrupt, after a whole step. The error goes on.
  virtual void on_train_error() {}
  virtual void on_epoch_begin(int /*epoch*/, const Logs&) {}
  // Callbacks later in the list, and the history, see what is added to the logs here.
  virtual void on_epoch_end(int /*epoch*/, Logs&) {}
  virtual void on_batch_begin(int64_t /*batch*/, const Logs&) {}
  virtual void on_batch_end(int64_t /*batch*/, const Logs&) {}
  // Whether the two above are overridden: otherwise fit need not call them.
  virtual bool wants_batches() const { return true; }

  Trainer* trainer = nullptr;  // Set while fit runs: has the network, optimizer and stop_training.
  Params params{};
};

}  // namespace callbacks
}  // namespace lacuna

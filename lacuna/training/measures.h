// Computes the values of metrics_names over an epoch: means over rows of what batches report, summed as
// doubles in batch order, and metrics with a state.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lacuna/metrics/accumulator.h"
#include "lacuna/training/callback.h"
#include "lacuna/training/program.h"

namespace lacuna {

class Measures {
 public:
  // `where` starts warnings: "fit".
  Measures(const Compiled& compiled, const char* where);

  const Compiled& compiled() const { return compiled_; }

  void reset();
  // Before a single step: forgets what is not the state of a metric that goes on (Accumulator::goes_on).
  void begin_step();
  // Adds a batch, after a run of the program with these feeds.
  void add(const Program& program, std::span<const Tensor* const> feeds, Dim rows);

  // In the order of metrics_names. Warns once of a metric that is not defined.
  std::vector<double> values();

  // Writes the running values, for display. A metric with a state is recomputed only when about as many
  // numbers were added as that costs, so that steps stay O(batch).
  void write(callbacks::Logs& logs);
  // Appends the values of the batch just added; for a metric with a state, its running value.
  void append_batch(const Program& program, callbacks::Logs& logs);

 private:
  struct State {
    std::shared_ptr<metrics::Accumulator> accumulator;
    size_t target;   // The target that it measures.
    size_t fed = 0;  // Numbers since `running` was computed.
    double running = 0;
    bool warned = false;
  };
  double running(State& state);

  const Compiled& compiled_;
  const char* where_;
  void reset_running() const;
  double scalar(size_t place) const { return running_[place] ? sums_[place] : sums_[place] / rows_seen(); }
  double rows_seen() const { return static_cast<double>(rows_); }

  std::vector<double> sums_;   // Of the scalars; of a running one its last value.
  std::vector<bool> running_;  // By scalar.
  std::vector<State> states_;
  std::vector<std::pair<bool, size_t>> places_;  // By name: whether it has a state, and its place.
  Dim rows_ = 0;
  std::vector<std::vector<double>> weights_;  // Of the batch, by target; empty: none.
};

}  // namespace lacuna

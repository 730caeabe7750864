// The numbers of metrics_names over the batches of an epoch: means over rows of what batches report, in
// double and in batch order, and metrics with a state.
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

  void reset();
  // After a run of the program with these feeds.
  void add(const Program& program, std::span<const Tensor* const> feeds, Dim rows);

  // In the order of metrics_names. Warns, once, of one that is not defined.
  std::vector<double> values();

  // As they stand, for who looks on: a metric with a state is counted anew only when as many numbers came
  // since as that takes, so that steps stay O(batch).
  void write(callbacks::Logs& logs);
  // Of the batch just added; what has a state as it stands.
  void append_batch(const Program& program, callbacks::Logs& logs);

 private:
  struct State {
    std::shared_ptr<metrics::Accumulator> accumulator;
    size_t target;   // Whose prediction it looks at.
    size_t fed = 0;  // Numbers since the last count.
    double running = 0;
    bool warned = false;
  };
  double running(State& state);

  const Compiled& compiled_;
  const char* where_;
  std::vector<double> sums_;  // Of the scalars.
  std::vector<State> states_;
  std::vector<std::pair<bool, size_t>> places_;  // Of each name: whether it has a state, and its place there.
  Dim rows_ = 0;
  std::vector<std::vector<double>> weights_;  // Of the batch, by target; empty where there are none.
};

}  // namespace lacuna

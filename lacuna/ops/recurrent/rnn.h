// Keras' K.rnn: a step function over the time axis of a tensor.
#pragma once
#include <functional>
#include <vector>

#include "lacuna/graph/variable.h"

namespace LACUNA_EXPORT lacuna {

struct StepResult {
  Symbol output{};
  std::vector<Symbol> states{};
};
// From x at one step, (batch, …), and the states: symbols of the graph around it may be used as well.
using StepFunction =
    std::function<StepResult(const std::vector<Symbol>& x, const std::vector<Symbol>& states)>;

// Of (time, batch, …) the rows that count, (rows, …), step by step: all without a mask.
using RowsThatCount = std::function<Symbol(const Symbol& by_time)>;

struct RnnOptions {
  std::vector<Shape> state_shapes{};     // Without the batch: of the states that start as zeros.
  std::vector<Symbol> initial_states{};  // (batch, …); if empty, all states start as zeros.
  Symbol mask{};                         // (batch, time): see scan.
  // A variable for each state, or none: the first states, and where each run leaves the last ones.
  std::vector<VariablePtr> carried{};
  // What to make of an input, (time, batch, …), for all its steps at once, before the scan: rows, one for
  // each that `rows` gives. None unless given.
  std::function<Symbol(const Symbol& by_time, const RowsThatCount& rows)> prepare{};
  bool go_backwards = false;  // From the last step to the first; the outputs are in that order.
};

struct RnnResult {
  Symbol last_output{};  // (batch, …)
  Symbol outputs{};      // (batch, time, …)
  std::vector<Symbol> states{};
};

// inputs: (batch, time, …), each.
RnnResult rnn(const StepFunction& step, const std::vector<Symbol>& inputs, const RnnOptions& options);

}  // namespace lacuna

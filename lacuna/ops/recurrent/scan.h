// A scan runs a step, a small graph, once for each position of some sequences, and hands states on from step
// to step.
#pragma once
#include <vector>

#include "lacuna/graph/variable.h"

namespace LACUNA_EXPORT lacuna {

// The graph of a step. It may use symbols of the graph around it, such as weights: what depends on none of
// the placeholders here is computed once, before the scan. A step treats each row of the batch by itself.
struct Step {
  std::vector<Symbol> inputs{};   // Placeholders, (batch, …): what the sequences hold at one position.
  std::vector<Symbol> states{};   // Placeholders, (batch, …), of floats: the states before the step.
  std::vector<Symbol> outputs{};  // (batch, …), of which only the batch may be None.
  std::vector<Symbol> new_states{};
};

struct Scanned {
  std::vector<Symbol> outputs{};  // (steps, batch, …)
  std::vector<Symbol> states{};   // (batch, …): after the last step.
};

// sequences: (steps, batch, …), one for each input; with a mask, what counted_rows gives of that. initial:
// the first states, (batch, …); an empty symbol stands for zeros. mask: (steps, batch) or empty. Where it is
// 0, the states of the row stay as they were, its outputs are those of the step before (zeros in the first
// one), and the step costs nothing for that row. All dense. carried: a variable for each state, or none. Each
// run, whatever it is for, writes the last states to them, also if a later part of the run fails.
Scanned scan(const Step& step, const std::vector<Symbol>& sequences, const std::vector<Symbol>& initial,
             const Symbol& mask = {}, const std::vector<VariablePtr>& carried = {});

}  // namespace lacuna

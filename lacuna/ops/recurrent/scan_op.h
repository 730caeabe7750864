// The op of a scan, and what it shares with the op of its gradient.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "lacuna/graph/op.h"
#include "lacuna/graph/rule.h"
#include "lacuna/graph/variable.h"

namespace lacuna {

// A step whose graph has no leaves but placeholders and constants: what it takes from the graph around it has
// become `fixed`.
struct ClosedStep {
  std::vector<Symbol> inputs{}, states{}, fixed{};
  std::vector<bool> by_row{};     // Whether a fixed value has a row for each row of the batch.
  std::vector<bool> starts{};     // Whether a first state is given; else it is zeros.
  std::vector<Symbol> outputs{};  // Those that are not new states, then `kept` products.
  size_t kept = 0;                // Only written in training: the gradient need not compute them again.
  bool is_kept(size_t output) const { return output + kept >= outputs.size(); }
  std::vector<Symbol> new_states{};
  bool masked = false;
  std::vector<VariablePtr> carried{};  // Where the last states are written; may be empty.
  std::string key{};                   // Of its own.
};

// Inputs: the sequences, the first states that are given, the fixed values, the mask. With a mask, sequences
// and kept products have rows for what counts alone: see counted_rows.
// Results: the outputs, (steps, batch, …); then for each state its values before and after each step, both
// (steps, batch, …), and after the last one, (batch, …). The latter share memory.
class Scan final : public Op {
 public:
  explicit Scan(ClosedStep step);

  std::string_view name() const override { return "scan"; }
  std::string key() const override { return step_.key; }
  std::string_view cost(const Rule&) const override { return "steps × the cost of a step"; }
  const Rules& rules() const override { return rules_; }
  std::vector<Spec> infer(std::span<const Spec> in) const override;
  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dout,
                               const std::vector<bool>& wanted) const override;

  const ClosedStep& step() const { return step_; }
  // Places among the inputs and results.
  size_t first_fixed() const;
  size_t before(size_t state) const { return step_.outputs.size() + 3 * state; }
  size_t after(size_t state) const { return before(state) + 1; }
  size_t last(size_t state) const { return before(state) + 2; }
  size_t results() const { return before(step_.states.size()); }

 private:
  ClosedStep step_;
  Rules rules_{};
};

// Of the inputs of a scan or of its gradient, the one whose shape begins with (steps, batch): the mask, which
// stands at `mask`, or else the first sequence.
template <class Inputs>
const auto& with_steps(const ClosedStep& step, const Inputs& in, size_t mask) {
  return in[step.masked ? mask : 0];
}

// Rules of one row: so many dense inputs and results.
Rules dense_rules(size_t in, size_t out, Kernel kernel);

void run_scan(const Op& op, Context& context, std::span<const Tensor* const> in,
              std::span<Tensor* const> out);

}  // namespace lacuna

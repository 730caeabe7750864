// The op of the gradient of a scan.
#pragma once
#include "lacuna/ops/recurrent/scan_op.h"

namespace lacuna {

struct StepFlags {
  std::vector<bool> outputs, before, after, last;  // Where a gradient is given.
  std::vector<bool> inputs, states, fixed;         // Where one is wanted.
};

// Inputs: the sequences, the fixed values, the mask, the outputs, the states before and after each step, and
// the gradients that are given. Results: `stacked`, (steps, batch, …), or with a mask rows for what counts;
// the sums over the steps of `summed`; the gradients of the first states.
struct ScanGradient final : Op {
  ScanGradient(std::shared_ptr<const Op> forward, StepFlags flags);

  std::string_view name() const override { return "scan_gradient"; }
  std::string key() const override {
    std::string result = text("scan_gradient ", scan().key());
    for (const auto* list : {&flags.outputs, &flags.before, &flags.after, &flags.last, &flags.inputs,
                             &flags.states, &flags.fixed}) {
      result += ' ';
      for (const bool flag : *list) result += flag ? '1' : '0';
    }
    return result;
  }
  std::string_view cost(const Rule&) const override { return "steps × the cost of a step"; }
  const Rules& rules() const override { return table; }
  std::vector<Spec> infer(std::span<const Spec> in) const override;

  const Scan& scan() const { return static_cast<const Scan&>(*forward); }
  const ClosedStep& step() const { return scan().step(); }
  size_t first_value() const { return step().inputs.size() + step().fixed.size() + step().masked; }
  size_t first_state() const { return first_value() + step().outputs.size(); }
  size_t first_given() const { return first_state() + 2 * step().states.size(); }
  std::vector<Symbol> plan_inputs() const;
  std::vector<Symbol> plan_outputs(bool training) const;

  std::shared_ptr<const Op> forward;
  StepFlags flags;
  Rules table{};
  std::vector<Symbol> values{}, afters{};   // Placeholders of outputs and new states that are known.
  std::vector<Symbol> douts{}, dstates{};   // Placeholders of gradients.
  std::vector<Symbol> stacked{}, before{};  // Gradients of the step; `before`: of the states, or empty.
  std::vector<Symbol> summed{};
  std::vector<size_t> sum_of{};  // For each of `summed`, its fixed value.
  struct Product {
    size_t fixed;
    Symbol a;  // Of the step.
    size_t b;  // Among `stacked`.
  };
  std::vector<Product> products{};
  std::vector<Symbol> inputs_of{};  // For each input of the step its gradient, or empty.
};

void run_scan_gradient(const Op&, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out);

}  // namespace lacuna

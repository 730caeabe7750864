// K.rnn as a scan: time comes first, so that a step finds its rows in one block.
#include "lacuna/ops/recurrent/rnn.h"

#include <algorithm>
#include <numeric>

#include "lacuna/base/error.h"
#include "lacuna/graph/variable.h"
#include "lacuna/ops/recurrent/counted_rows.h"
#include "lacuna/ops/recurrent/scan.h"
#include "lacuna/ops/recurrent/steps.h"
#include "lacuna/ops/shape/permute_dimensions.h"
#include "lacuna/ops/shape/reshape.h"
#include "lacuna/ops/shape/slice.h"

namespace lacuna {
namespace {

// (batch, time, …) as (time, batch, …), and back.
Symbol swap_time(const Symbol& x) {
  std::vector<int> pattern(x.rank());
  std::iota(pattern.begin(), pattern.end(), 0);
  std::swap(pattern[0], pattern[1]);
  return permute_dimensions(x, pattern);
}

Symbol of_a_step(const Shape& shape, DType dtype, const char* what) {
  Shape row{None};
  row.insert(row.end(), shape.begin(), shape.end());
  return placeholder({row, dtype, Storage::dense}, what);
}

}  // namespace

RnnResult rnn(const StepFunction& function, const std::vector<Symbol>& inputs, const RnnOptions& options) {
  Step step;
  std::vector<Symbol> sequences, initial = options.initial_states;
  const auto in_order_of_steps = [&](const Symbol& x) {
    const Symbol turned = swap_time(x);
    return options.go_backwards ? slice(turned, 0, INT64_MAX, INT64_MIN, -1) : turned;
  };
  const Symbol mask = options.mask ? in_order_of_steps(options.mask) : Symbol();
  const RowsThatCount rows_that_count = [&](const Symbol& x) {
    return mask ? counted_rows(x, mask) : steps_as_rows(x);
  };
  for (const Symbol& x : inputs) {
    LACUNA_REQUIRE(x.storage() == Storage::dense && x.rank() >= 2,
                   "rnn: inputs must be dense, of shape (batch, time, …). Received: inputs=", x.spec(), ".");
    const Symbol steps = in_order_of_steps(x);
    const Symbol rows = options.prepare ? options.prepare(steps, rows_that_count) : rows_that_count(steps);
    sequences.push_back(mask ? rows : rows_as_steps(rows, steps));
    step.inputs.push_back(of_a_step(Shape(rows.shape().begin() + 1, rows.shape().end()), rows.dtype(), "x"));
  }
  if (initial.empty())
    for (const VariablePtr& v : options.carried) initial.push_back(read(v));
  for (const Symbol& s : initial)
    step.states.push_back(of_a_step(Shape(s.shape().begin() + 1, s.shape().end()), s.dtype(), "state"));
  if (initial.empty())
    for (const Shape& shape : options.state_shapes) {
      step.states.push_back(of_a_step(shape, inputs[0].dtype(), "state"));
      initial.emplace_back();
    }
  StepResult result = function(step.inputs, step.states);
  step.outputs = {result.output};
  step.new_states = std::move(result.states);
  const Scanned scanned = scan(step, sequences, initial, mask, options.carried);
  const Symbol& outputs = scanned.outputs[0];
  Symbol last;
  for (size_t j = 0; j < step.new_states.size() && !last; ++j)
    if (step.new_states[j] == step.outputs[0]) last = scanned.states[j];
  if (!last) last = squeeze(slice(outputs, 0, -1, INT64_MAX), 0);
  return {last, swap_time(outputs), scanned.states};
}

}  // namespace lacuna

// The gradient of a scan: the gradient of its step, from the last step to the first.
//
//   dx_t, ds_t, dfixed += gradient of the step, at (x_t, s_t, fixed), of (dy_t, ds_{t+1})
//
// States, outputs and products of the forward pass are known, since the scan has kept them: they are read in
// place of being computed again. The rest, functions of each element, is cheaper to compute again than to
// read from memory. Where the gradient of a weight is a product aᵀ b at each step, a and b of all steps are
// kept, and one product follows the scan.
#include "lacuna/ops/recurrent/scan_gradient.h"

#include <algorithm>

#include "lacuna/base/error.h"
#include "lacuna/graph/gradient.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/variable.h"
#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/products/dot_t.h"
#include "lacuna/ops/recurrent/counted_rows.h"
#include "lacuna/ops/recurrent/scan.h"

namespace lacuna {
namespace {

Symbol like(const Symbol& s) {
  Spec spec = s.spec();
  spec.shape[0] = None;
  return placeholder(spec, "of the step");
}

size_t place_in(std::vector<Symbol>& all, const Symbol& s) {
  const auto found = std::ranges::find(all, s);
  if (found != all.end()) return static_cast<size_t>(found - all.begin());
  all.push_back(s);
  return all.size() - 1;
}

// Whether a gradient of a weight is a product over the rows of the batch.
bool is_row_product(const Symbol& g) {
  if (g.node()->op().name() != "dot_t") return false;
  return std::ranges::all_of(g.node()->in(), [](const Symbol& s) {
    return s.storage() == Storage::dense && s.rank() == 2 && s.shape()[0] == None && s.shape()[1] != None;
  });
}

}  // namespace

ScanGradient::ScanGradient(std::shared_ptr<const Op> of, StepFlags given)
    : forward(std::move(of)), flags(std::move(given)) {
  const ClosedStep& s = step();
  std::vector<Symbol> results, seeds, learned;
  for (size_t k = 0; k < s.outputs.size(); ++k) {
    values.push_back(like(s.outputs[k]));
    if (!flags.outputs[k]) continue;
    results.push_back(s.outputs[k]);
    douts.push_back(like(s.outputs[k]));
    seeds.push_back(douts.back());
  }
  for (size_t j = 0; j < s.states.size(); ++j) {
    results.push_back(s.new_states[j]);
    afters.push_back(like(s.states[j]));
    dstates.push_back(like(s.states[j]));
    seeds.push_back(dstates.back());
  }
  for (size_t k = 0; k < s.inputs.size(); ++k)
    if (flags.inputs[k]) learned.push_back(s.inputs[k]);
  learned.insert(learned.end(), s.states.begin(), s.states.end());
  for (size_t f = 0; f < s.fixed.size(); ++f)
    if (flags.fixed[f]) learned.push_back(s.fixed[f]);
  const std::vector<Symbol> found = gradients(results, seeds, learned);
  size_t at = 0;
  for (size_t k = 0; k < s.inputs.size(); ++k) {
    inputs_of.push_back(flags.inputs[k] ? found[at++] : Symbol());
    if (inputs_of.back()) place_in(stacked, inputs_of.back());
  }
  before.assign(found.begin() + static_cast<std::ptrdiff_t>(at),
                found.begin() + static_cast<std::ptrdiff_t>(at + s.states.size()));
  at += s.states.size();
  for (size_t f = 0; f < s.fixed.size(); ++f) {
    const Symbol g = flags.fixed[f] ? found[at++] : Symbol();
    if (!g) continue;
    if (!s.by_row[f] && is_row_product(g)) {
      const Symbol a = g.node()->in(0);
      const bool known = std::ranges::count(s.states, a) || std::ranges::count(s.inputs, a);
      if (!known) place_in(stacked, a);
      products.push_back({f, a, place_in(stacked, g.node()->in(1))});
    } else {
      summed.push_back(g);
      sum_of.push_back(f);
    }
  }
  const auto all = [](const std::vector<bool>& list) {
    return static_cast<size_t>(std::ranges::count(list, true));
  };
  table =
      dense_rules(first_given() + all(flags.outputs) + all(flags.before) + all(flags.after) + all(flags.last),
                  stacked.size() + summed.size() + all(flags.states), run_scan_gradient);
}

std::vector<Symbol> ScanGradient::plan_inputs() const {
  std::vector<Symbol> result = step().inputs;
  for (const auto* more : {&step().states, &step().fixed, &values, &afters, &douts, &dstates})
    result.insert(result.end(), more->begin(), more->end());
  return result;
}

// What to run at each step: the gradients, with what is known put in place of its graph.
std::vector<Symbol> ScanGradient::plan_outputs(bool training) const {
  std::vector<Symbol> result = stacked, from, to;
  result.insert(result.end(), summed.begin(), summed.end());
  for (const Symbol& s : before)
    if (s) result.push_back(s);
  const auto know = [&](const Symbol& s, const Symbol& value) {
    if (is_placeholder(s)) return;
    from.push_back(s);
    to.push_back(value);
  };
  for (size_t k = 0; k < values.size() - (training ? 0 : step().kept); ++k)
    know(step().outputs[k], values[k]);
  for (size_t j = 0; j < afters.size(); ++j) know(step().new_states[j], afters[j]);
  return substitute(result, from, to);
}

std::vector<Spec> ScanGradient::infer(std::span<const Spec> in) const {
  size_t at = 0;
  // Rows of what the step has; the axes before them, of steps and samples, are looked at in a run.
  const auto must_have_rows_of = [&](const Symbol& s) {
    const Spec& given = in[at++];
    const size_t rest = s.shape().empty() ? 0 : s.shape().size() - 1;
    bool same = given.dtype == s.dtype() && given.shape.size() >= rest;
    for (size_t i = 0; same && i < rest; ++i) {
      const Dim wanted = s.shape()[s.shape().size() - 1 - i];
      same = wanted == None || given.shape[given.shape.size() - 1 - i] == wanted;
    }
    LACUNA_REQUIRE(same, "scan_gradient: the inputs must be those of the scan. Received: ", given,
                   ", expected rows of ", s.spec(), ".");
  };
  for (const Symbol& s : step().inputs) must_have_rows_of(s);
  for (const Symbol& s : step().fixed) must_have_rows_of(s);
  at = first_value();
  for (const Symbol& s : step().outputs) must_have_rows_of(s);
  for (const Symbol& s : step().states) must_have_rows_of(s), must_have_rows_of(s);
  const auto of_given = [&](const std::vector<bool>& flags_of, const std::vector<Symbol>& of) {
    for (size_t j = 0; j < flags_of.size(); ++j)
      if (flags_of[j]) must_have_rows_of(of[j]);
  };
  of_given(flags.outputs, step().outputs);
  for (const auto* some : {&flags.before, &flags.after, &flags.last}) of_given(*some, step().states);
  std::vector<Spec> out;
  const Shape& first = with_steps(step(), in, first_value() - 1).shape;
  const Dim steps = first[0], batch = first[1];
  const auto of_batch = [&](const Symbol& s) {
    Spec spec = s.spec();
    spec.shape[0] = batch;
    return spec;
  };
  for (const Symbol& s : stacked) {
    out.push_back(of_batch(s));
    if (step().masked) out.back().shape[0] = in[0].shape[0];
    else out.back().shape.insert(out.back().shape.begin(), steps);
  }
  for (const size_t f : sum_of) out.push_back(in[step().inputs.size() + f]);
  for (size_t j = 0; j < step().states.size(); ++j)
    if (flags.states[j]) out.push_back(of_batch(step().states[j]));
  return out;
}

std::vector<Symbol> Scan::gradient(const Node& node, std::span<const Symbol> dout,
                                   const std::vector<bool>& wanted) const {
  const size_t states = step_.states.size(), inputs = step_.inputs.size();
  const auto self = apply_node(node.shared_op(), node.in());  // The same node.
  StepFlags flags;
  std::vector<Symbol> in(node.in().begin(), node.in().begin() + static_cast<std::ptrdiff_t>(inputs));
  in.insert(in.end(), node.in().begin() + static_cast<std::ptrdiff_t>(first_fixed()), node.in().end());
  for (size_t k = 0; k < step_.outputs.size(); ++k) in.emplace_back(self, k);
  for (size_t j = 0; j < states; ++j) {
    in.emplace_back(self, before(j));
    in.emplace_back(self, after(j));
  }
  const auto give = [&](size_t place, std::vector<bool>& given) {
    given.push_back(static_cast<bool>(dout[place]));
    if (dout[place]) in.push_back(dout[place]);
  };
  for (size_t k = 0; k < step_.outputs.size(); ++k) give(k, flags.outputs);
  for (size_t j = 0; j < states; ++j) give(before(j), flags.before);
  for (size_t j = 0; j < states; ++j) give(after(j), flags.after);
  for (size_t j = 0; j < states; ++j) give(last(j), flags.last);
  size_t at = inputs;
  flags.inputs.assign(wanted.begin(), wanted.begin() + static_cast<std::ptrdiff_t>(inputs));
  for (const bool starts : step_.starts) flags.states.push_back(starts && wanted[at++]);
  for (size_t f = 0; f < step_.fixed.size(); ++f) flags.fixed.push_back(wanted[at++]);

  auto made = std::make_shared<ScanGradient>(node.shared_op(), std::move(flags));
  const ScanGradient& op = *made;
  const size_t results = op.stacked.size() + op.summed.size();
  if (results == 0 && std::ranges::count(op.flags.states, true) == 0)
    return std::vector<Symbol>(node.in().size());
  const auto gradient = apply_node(made, std::move(in));
  std::vector<Symbol> din(node.in().size());
  for (size_t k = 0; k < inputs; ++k)
    if (op.inputs_of[k])
      din[k] = {gradient,
                static_cast<size_t>(std::ranges::find(op.stacked, op.inputs_of[k]) - op.stacked.begin())};
  size_t given = inputs, result = results;
  for (size_t j = 0; j < states; ++j)
    if (step_.starts[j]) {
      if (op.flags.states[j]) din[given] = {gradient, result++};
      ++given;
    }
  for (size_t i = 0; i < op.sum_of.size(); ++i)
    din[first_fixed() + op.sum_of[i]] = {gradient, op.stacked.size() + i};
  for (const ScanGradient::Product& p : op.products) {
    const auto state = std::ranges::find(step_.states, p.a), input = std::ranges::find(step_.inputs, p.a);
    const auto of_state = [&] {
      const Symbol all(self, before(static_cast<size_t>(state - step_.states.begin())));
      return step_.masked ? counted_rows(all, node.in().back()) : all;
    };
    const Symbol a =
        state != step_.states.end() ? of_state()
        : input != step_.inputs.end()
            ? node.in(static_cast<size_t>(input - step_.inputs.begin()))
            : Symbol(gradient, static_cast<size_t>(std::ranges::find(op.stacked, p.a) - op.stacked.begin()));
    din[first_fixed() + p.fixed] = dot_t(a, Symbol(gradient, p.b));
  }
  return din;
}

namespace {

const bool scan_gradient_registered = register_op("scan_gradient", [] {
  std::vector<Example> examples;
  for (const DType dtype : {DType::float32, DType::float64}) {
    const auto row = [&](const char* name) { return placeholder({{None, 3}, dtype}, name); };
    const Symbol x = row("x"), s = row("s"), w = row("w");
    const Symbol next = multiply(x, multiply(s, w));
    const Step step{{x}, {s}, {add(next, w)}, {next}};
    for (const bool masked : {false, true}) {
      const Scanned y = masked ? scan(step, {row("xs")}, {row("s0")}, placeholder({{1, None}, dtype}, "mask"))
                               : scan(step, {placeholder({{2, None, 3}, dtype}, "xs")}, {row("s0")});
      const Node& node = *y.outputs[0].node();
      std::vector<Symbol> dy;
      for (const Spec& spec : node.out()) dy.push_back(placeholder(spec, "dy"));
      const std::vector<Symbol> dx = node.op().gradient(node, dy, std::vector<bool>(node.in().size(), true));
      Example example{dx[0].node()->shared_op(), {}};
      for (const Symbol& in : dx[0].node()->in()) {
        Shape shape = in.shape();
        if (shape.size() == 3) shape[0] = masked ? 1 : 2;  // As many steps as the others have.
        example.in.push_back({shape});
      }
      if (masked) example.in[2].values = Values::positive;  // After x and the fixed w.
      examples.push_back(std::move(example));
    }
  }
  return examples;
});

}  // namespace
}  // namespace lacuna

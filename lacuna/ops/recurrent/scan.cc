// scan: a step for each position of sequences.
//
//   y_t, s_{t+1} = step(x_t, s_t, fixed)
#include "lacuna/ops/recurrent/scan.h"

#include <algorithm>
#include <atomic>
#include <unordered_map>
#include <unordered_set>

#include "lacuna/base/error.h"
#include "lacuna/graph/gradient.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/variable.h"
#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/elementwise/unary.h"
#include "lacuna/ops/products/dot.h"
#include "lacuna/ops/recurrent/scan_op.h"

namespace lacuna {
namespace {

using Nodes = std::unordered_set<const Node*>;

// The nodes among `order` that depend on `on`, these included.
Nodes dependents(const std::vector<std::shared_ptr<const Node>>& order, const std::vector<Symbol>& on) {
  Nodes result;
  for (const Symbol& s : on) result.insert(s.node().get());
  for (const auto& node : order)
    for (const Symbol& s : node->in())
      if (result.contains(s.node().get())) result.insert(node.get());
  return result;
}

bool holds_symbol(const std::vector<Symbol>& all, const Symbol& s) {
  return std::ranges::find(all, s) != all.end();
}

// What the step takes from the graph around it: the first symbols on each way that depend on no placeholder
// of the step. Constants stay inside.
std::vector<Symbol> outer_symbols(const std::vector<Symbol>& results, const Nodes& inside) {
  std::vector<Symbol> found;
  const auto meet = [&](const Symbol& s) {
    if (!inside.contains(s.node().get()) && !constant_value(*s.node()) && !holds_symbol(found, s))
      found.push_back(s);
  };
  for (const Symbol& s : results) meet(s);
  for (const auto& node : in_order(results))
    if (inside.contains(node.get()))
      for (const Symbol& s : node->in()) meet(s);
  return found;
}

bool depends_on_feeds(const Symbol& s) {
  return std::ranges::any_of(in_order({s}), [](const auto& node) { return is_placeholder(Symbol(node, 0)); });
}

// Products are what costs most in a step, so that they are kept for the gradient.
std::vector<Symbol> products(const ClosedStep& step) {
  std::vector<Symbol> results = step.outputs, placeholders = step.inputs, found;
  results.insert(results.end(), step.new_states.begin(), step.new_states.end());
  placeholders.insert(placeholders.end(), step.states.begin(), step.states.end());
  const auto order = in_order(results);
  const Nodes inside = dependents(order, placeholders);
  for (const auto& node : order) {
    const Symbol s(node, 0);
    if (node->op().name() == "dot" && inside.contains(node.get()) && s.rank() >= 2 && s.shape()[0] == None &&
        size_of(Shape(s.shape().begin() + 1, s.shape().end())) != None && !holds_symbol(results, s))
      found.push_back(s);
  }
  return found;
}

void require_step(const Step& step, const std::vector<Symbol>& sequences,
                  const std::vector<Symbol>& initial) {
  LACUNA_REQUIRE(
      !sequences.empty() && sequences.size() == step.inputs.size() && initial.size() == step.states.size() &&
          step.states.size() == step.new_states.size(),
      "scan: there must be a sequence or more, one for each input of the step, and a first and a new "
      "state for each state. Received: sequences=",
      sequences.size(), ", inputs=", step.inputs.size(), ", states=", step.states.size(),
      ", initial=", initial.size(), ", new_states=", step.new_states.size(), ".");
  for (size_t j = 0; j < step.states.size(); ++j) {
    const Spec &before = step.states[j].spec(), &after = step.new_states[j].spec();
    const bool same = before.shape.size() == after.shape.size() && !before.shape.empty() &&
                      std::equal(before.shape.begin() + 1, before.shape.end(), after.shape.begin() + 1);
    LACUNA_REQUIRE(
        same && before.dtype == after.dtype && is_float(before.dtype) && after.storage == Storage::dense,
        "scan: a step must give each state in the shape and dtype that it has, dense and of floats. "
        "Received: state ",
        j, ' ', before, ", new state ", after, ".");
  }
  std::vector<Symbol> known = step.outputs;
  known.insert(known.end(), step.states.begin(), step.states.end());
  known.insert(known.end(), step.inputs.begin(), step.inputs.end());
  for (const Symbol& s : known)
    LACUNA_REQUIRE(
        s.storage() == Storage::dense && s.rank() >= 1 &&
            size_of(Shape(s.shape().begin() + 1, s.shape().end())) != None,
        "scan: inputs, states and outputs of a step must be dense, with known dimensions beside the "
        "batch. Received: ",
        s.spec(), ".");
}

}  // namespace

Rules dense_rules(size_t in, size_t out, Kernel kernel) {
  return {{{std::vector(in, Storage::dense), std::vector(out, Storage::dense), kernel}}};
}

Scan::Scan(ClosedStep step) : step_(std::move(step)) {
  rules_ = dense_rules(first_fixed() + step_.fixed.size() + step_.masked, results(), run_scan);
}

size_t Scan::first_fixed() const {
  return step_.inputs.size() + static_cast<size_t>(std::ranges::count(step_.starts, true));
}

std::vector<Spec> Scan::infer(std::span<const Spec> in) const {
  rule_for(*this, in);
  const auto require = [&](const Spec& given, const Spec& wanted, size_t skip, const char* what) {
    bool fits = given.dtype == wanted.dtype && given.shape.size() == wanted.shape.size() + skip;
    for (size_t i = 0; fits && i < wanted.shape.size(); ++i)
      fits = given.shape[i + skip] == None || wanted.shape[i] == None ||
             given.shape[i + skip] == wanted.shape[i];
    LACUNA_REQUIRE(fits, "scan: ", what, " must have the shape and dtype that the step takes",
                   skip ? ", after an axis of steps" : "", ". Received: ", given, ", the step takes ", wanted,
                   ".");
  };
  size_t at = 0;
  for (const Symbol& s : step_.inputs) require(in[at++], s.spec(), step_.masked ? 0 : 1, "a sequence");
  for (size_t j = 0; j < step_.states.size(); ++j)
    if (step_.starts[j]) require(in[at++], step_.states[j].spec(), 0, "an initial state");
  for (const Symbol& s : step_.fixed) require(in[at++], s.spec(), 0, "a value");
  if (step_.masked)
    LACUNA_REQUIRE(in[at].shape.size() == 2 && is_float(in[at].dtype),
                   "scan: a mask has the shape (steps, batch), of floats. Received: mask=", in[at], ".");
  const Shape& first = with_steps(step_, in, at).shape;
  const Dim steps = first[0], batch = first[1];
  std::vector<Spec> out;
  const auto over = [&](const Spec& spec, bool with_steps) {
    Spec result = spec;
    result.shape[0] = batch;
    if (with_steps) result.shape.insert(result.shape.begin(), steps);
    out.push_back(std::move(result));
  };
  for (const Symbol& s : step_.outputs) over(s.spec(), true);
  for (size_t k = out.size() - step_.kept; k < out.size(); ++k) {
    if (step_.masked) out[k].shape.erase(out[k].shape.begin());
    out[k].shape[0] = None;  // Only in training.
  }
  for (const Symbol& s : step_.states)
    for (const bool with_steps : {true, true, false}) over(s.spec(), with_steps);
  return out;
}

Scanned scan(const Step& given, const std::vector<Symbol>& sequences, const std::vector<Symbol>& initial,
             const Symbol& mask, const std::vector<VariablePtr>& carried) {
  require_step(given, sequences, initial);
  Step step = given;
  std::vector<Symbol> first = initial;
  if (mask)  // An output that stays as it was where a step does not count is a state.
    for (const Symbol& y : step.outputs)
      if (!holds_symbol(step.new_states, y) && is_float(y.dtype())) {
        Spec spec = y.spec();
        spec.shape[0] = None;
        step.states.push_back(placeholder(spec, "output"));
        step.new_states.push_back(y);
        first.emplace_back();
      }

  std::vector<Symbol> results = step.outputs, own = step.inputs;
  results.insert(results.end(), step.new_states.begin(), step.new_states.end());
  own.insert(own.end(), step.states.begin(), step.states.end());
  const std::vector<Symbol> outer = outer_symbols(results, dependents(in_order(results), own));
  ClosedStep closed{.inputs = step.inputs, .states = step.states};
  const Shape& whole = mask ? mask.shape() : sequences[0].shape();
  const Dim batch = whole.size() > 1 ? whole[1] : None;
  for (const Symbol& s : outer) {
    Spec spec = s.spec();
    const bool by_row = !spec.shape.empty() && spec.storage == Storage::dense &&
                        (spec.shape[0] == None || (spec.shape[0] == batch && depends_on_feeds(s)));
    if (by_row) spec.shape[0] = None;
    closed.by_row.push_back(by_row);
    closed.fixed.push_back(placeholder(spec, "fixed"));
  }
  const std::vector<Symbol> inside = substitute(results, outer, closed.fixed);
  const auto outputs_end = inside.begin() + static_cast<std::ptrdiff_t>(step.outputs.size());
  closed.new_states.assign(outputs_end, inside.end());
  for (auto y = inside.begin(); y != outputs_end; ++y)
    if (!holds_symbol(closed.new_states, *y) && !holds_symbol(closed.outputs, *y))
      closed.outputs.push_back(*y);
  for (const Symbol& s : products(closed)) {
    closed.outputs.push_back(s);
    ++closed.kept;
  }
  closed.masked = static_cast<bool>(mask);
  closed.carried = carried;
  static std::atomic<uint64_t> count{0};
  closed.key = text("scan ", count++);

  std::vector<Symbol> in = sequences;
  for (const Symbol& s : first) {
    closed.starts.push_back(static_cast<bool>(s));
    if (s) in.push_back(s);
  }
  in.insert(in.end(), outer.begin(), outer.end());
  if (mask) in.push_back(mask);
  const auto op = std::make_shared<const Scan>(std::move(closed));
  const auto node = apply_node(op, std::move(in));
  Scanned result;
  for (auto y = inside.begin(); y != outputs_end; ++y) {
    const auto& states = op->step().new_states;
    const auto state = std::ranges::find(states, *y);
    const size_t place =
        state != states.end()
            ? op->after(static_cast<size_t>(state - states.begin()))
            : static_cast<size_t>(std::ranges::find(op->step().outputs, *y) - op->step().outputs.begin());
    result.outputs.emplace_back(node, place);
  }
  for (size_t j = 0; j < given.states.size(); ++j) result.states.emplace_back(node, op->last(j));
  return result;
}

namespace {

// A step belongs to one dtype, so that there is an example for each. With a weight, a value by row, one that
// is added, and a state that starts as zeros; without a mask, and with one of which all counts, since
// sequences have a row for what counts alone.
const bool scan_registered = register_op("scan", [] {
  std::vector<Example> examples;
  for (const DType dtype : {DType::float32, DType::float64}) {
    const auto of = [&](const Shape& shape, const char* name) { return placeholder({shape, dtype}, name); };
    const Symbol x = of({None, 3}, "x"), s = of({None, 3}, "s"), z = of({None, 3}, "z"), w = of({3, 3}, "w");
    const Symbol next = multiply(tanh(add(x, dot(s, w))), of({None, 3}, "rows"));
    const Step step{{x}, {s, z}, {add(multiply(next, next), of({3}, "b")), add(next, z)}, {next, add(z, x)}};
    const std::vector<Symbol> first{of({None, 3}, "s0"), {}};
    for (const bool masked : {false, true}) {
      const Scanned y = masked ? scan(step, {of({None, 3}, "xs")}, first, of({1, None}, "mask"))
                               : scan(step, {of({2, None, 3}, "xs")}, first);
      const Node& node = *y.outputs[0].node();
      Example example{node.shared_op(), {}};
      for (const Symbol& in : node.in()) example.in.push_back({in.shape()});
      if (masked) example.in.back().values = Values::positive;
      examples.push_back(std::move(example));
    }
  }
  return examples;
});

}  // namespace

}  // namespace lacuna

// The gradient of a scan: the gradient of its step, from the last step to the first.
//
//   dx_t, ds_t, dfixed += gradient of the step, at (x_t, s_t, fixed), of (dy_t, ds_{t+1})
//
// States, outputs and products of the forward pass are known, since the scan has kept them: they are read in
// place of being computed again. The rest, functions of each element, is cheaper to compute again than to
// read from memory. Where the gradient of a weight is a product aᵀ b at each step, a and b of all steps are
// kept, and one product follows the scan.
#include <algorithm>

#include "lacuna/base/error.h"
#include "lacuna/base/threads.h"
#include "lacuna/graph/gradient.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/variable.h"
#include "lacuna/ops/products/dot_t.h"
#include "lacuna/ops/recurrent/scan_op.h"
#include "lacuna/ops/recurrent/scan_run.h"

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

struct StepFlags {
  std::vector<bool> outputs, after, last;   // Where a gradient is given.
  std::vector<bool> inputs, states, fixed;  // Where one is wanted.
};

// Inputs: the sequences, the fixed values, the mask, the outputs, the states before and after each step, and
// the gradients that are given. Results: `stacked`, (steps, batch, …); the sums over the steps of `summed`;
// the gradients of the first states.
struct ScanGradient final : Op {
  ScanGradient(std::shared_ptr<const Op> forward, StepFlags flags);

  std::string_view name() const override { return "scan_gradient"; }
  std::string key() const override {
    std::string result = text("scan_gradient ", scan().key());
    for (const auto* list :
         {&flags.outputs, &flags.after, &flags.last, &flags.inputs, &flags.states, &flags.fixed}) {
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

// Whether a gradient of a weight is a product over the rows of the batch.
bool is_row_product(const Symbol& g) {
  if (g.node()->op().name() != "dot_t") return false;
  return std::ranges::all_of(g.node()->in(), [](const Symbol& s) {
    return s.storage() == Storage::dense && s.rank() == 2 && s.shape()[0] == None && s.shape()[1] != None;
  });
}

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
  table = dense_rules(first_given() + all(flags.outputs) + all(flags.after) + all(flags.last),
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
  std::vector<Spec> out;
  const Dim steps = in[0].shape[0], batch = in[0].shape[1];
  const auto of_batch = [&](const Symbol& s) {
    Spec spec = s.spec();
    spec.shape[0] = batch;
    return spec;
  };
  for (const Symbol& s : stacked) {
    out.push_back(of_batch(s));
    out.back().shape.insert(out.back().shape.begin(), steps);
  }
  for (const size_t f : sum_of) out.push_back(in[step().inputs.size() + f]);
  for (size_t j = 0; j < step().states.size(); ++j)
    if (flags.states[j]) out.push_back(of_batch(step().states[j]));
  return out;
}

// to += from, for `rows` rows of to.
void accumulate(DType dtype, std::byte* to, const std::byte* from, size_t bytes) {
  with_float("scan", dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    T* y = reinterpret_cast<T*>(to);
    const T* x = reinterpret_cast<const T*>(from);
    parallel_for(bytes / sizeof(T), 16384, [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i) y[i] += x[i];
    });
  });
}

// One run, from the last step to the first.
class ScanBackwards {
 public:
  ScanBackwards(const ScanGradient& op, StepPlan& plan, Context& context, std::span<const Tensor* const> in,
                std::span<Tensor* const> out)
      : op_(op),
        step_(op.step()),
        plan_(plan),
        context_(context),
        in_(in),
        out_(out),
        steps_(static_cast<size_t>(in[0]->dense().shape[0])),
        batch_(static_cast<size_t>(in[0]->dense().shape[1])),
        mask_(step_.masked ? in[op.first_value() - 1] : nullptr) {}

  void run() {
    prepare();
    for (size_t i = steps_; i-- > 0;) {
      add_given(i);
      const StepRows rows = plan_.rows(mask_, i, batch_);
      if (!rows.all())
        for (size_t k = 0; k < op_.stacked.size(); ++k) stacked(k, i).zero(batch_);
      if (!rows.size()) continue;
      feed(i, rows);
      plan_.run(context_.step, seed_of_step(context_.seed, i));
      keep(i, rows);
    }
    size_t at = op_.stacked.size() + op_.summed.size();
    for (size_t j = 0; j < step_.states.size(); ++j)
      if (op_.flags.states[j]) {
        tensor::Dense& d = out_[at++]->dense();
        Block{d.data.data(), row(step_.states[j])}.copy(carried(j).data, batch_);
      }
  }

 private:
  static size_t row(const Symbol& s) { return bytes_of_row(s.spec()); }
  Block block(const Tensor* const sequence, const Symbol& s, size_t i) const {
    return {const_cast<std::byte*>(sequence->dense().data.data()) + i * batch_ * row(s), row(s)};
  }
  Block stacked(size_t k, size_t i) { return block(out_[k], op_.stacked[k], i); }
  // The gradient of state j, which one side holds before a step and the other after it.
  Block carried(size_t j, bool other = false) {
    const size_t bytes = row(step_.states[j]), side = other ? 1 - side_ : side_;
    return {context_.scratch.get<std::byte>(2 * j + side, batch_ * bytes).data(), bytes};
  }

  void prepare() {
    size_t at = 0, given = op_.first_given();
    const auto make_room = [](tensor::Dense& y) { y.resize(y.shape, y.dtype); };
    for (const Symbol& s : op_.stacked) {
      set_over_steps(out_[at]->dense(), steps_, batch_, s.spec());
      make_room(out_[at++]->dense());
    }
    for (const size_t f : op_.sum_of) {
      tensor::Dense& sum = out_[at++]->dense();
      const tensor::Dense& of = in_[step_.inputs.size() + f]->dense();
      sum.resize(of.shape, of.dtype);
      Block{sum.data.data(), 1}.zero(sum.data.bytes());
    }
    for (size_t j = 0; j < step_.states.size(); ++j)
      if (op_.flags.states[j]) {
        set_rows(out_[at]->dense(), batch_, step_.states[j].spec());
        make_room(out_[at++]->dense());
      }
    for (const bool flag : op_.flags.outputs) given += flag;
    after_ = given;
    for (const bool flag : op_.flags.after) given += flag;
    for (size_t j = 0; j < step_.states.size(); ++j) {
      carried(j, true);
      if (op_.flags.last[j]) carried(j).copy(in_[given++]->dense().data.data(), batch_);
      else carried(j).zero(batch_);
    }
  }

  // Gradients of the states after step i, as outputs.
  void add_given(size_t i) {
    size_t given = after_;
    for (size_t j = 0; j < step_.states.size(); ++j)
      if (op_.flags.after[j])
        accumulate(step_.states[j].dtype(), carried(j).data, block(in_[given++], step_.states[j], i).data,
                   batch_ * row(step_.states[j]));
  }

  void feed(size_t i, const StepRows& rows) {
    size_t to = 0;
    const auto at_step = [&](const Tensor* sequence, const Symbol& s) {
      plan_.feed(to++, block(sequence, s, i).data, rows);
    };
    for (size_t k = 0; k < step_.inputs.size(); ++k) at_step(in_[k], step_.inputs[k]);
    for (size_t j = 0; j < step_.states.size(); ++j) at_step(in_[op_.first_state() + 2 * j], step_.states[j]);
    for (size_t f = 0; f < step_.fixed.size(); ++f) {
      const Tensor& value = *in_[step_.inputs.size() + f];
      if (step_.by_row[f]) plan_.feed(to++, value.dense().data.data(), rows);
      else plan_.feed(to++, value);
    }
    for (size_t k = 0; k < op_.values.size(); ++k) {
      const bool kept = k + step_.kept >= op_.values.size();
      if (kept && !context_.training) ++to;  // Not written, and not needed.
      else at_step(in_[op_.first_value() + k], op_.values[k]);
    }
    for (size_t j = 0; j < step_.states.size(); ++j)
      at_step(in_[op_.first_state() + 2 * j + 1], op_.afters[j]);
    for (size_t k = 0; k < op_.douts.size(); ++k) at_step(in_[op_.first_given() + k], op_.douts[k]);
    for (size_t j = 0; j < step_.states.size(); ++j) plan_.feed(to++, carried(j).data, rows);
  }

  void keep(size_t i, const StepRows& rows) {
    size_t at = 0;
    for (; at < op_.stacked.size(); ++at) stacked(at, i).scatter(plan_.rows_of(at, rows), rows);
    for (const size_t f : op_.sum_of) {
      std::byte* sum = out_[at]->dense().data.data();
      const tensor::Dense& part = plan_.result(at++);
      if (!step_.by_row[f] || rows.all()) {
        accumulate(part.dtype, sum, part.data.data(), part.data.bytes());
        continue;
      }
      const size_t bytes = row(step_.fixed[f]);
      for (size_t r = 0; r < rows.size(); ++r)
        accumulate(part.dtype, sum + rows.rows[r] * bytes, part.data.data() + r * bytes, bytes);
    }
    for (size_t j = 0; j < step_.states.size(); ++j) {
      const Block next = carried(j, true);
      if (!rows.all()) next.copy(carried(j).data, batch_);
      if (op_.before[j]) next.scatter(plan_.rows_of(at++, rows), rows);
      else if (rows.all()) next.zero(batch_);
      else
        for (const uint32_t r : rows.rows) Block{next.data + r * next.row, next.row}.zero(1);
    }
    side_ = 1 - side_;
  }

  const ScanGradient& op_;
  const ClosedStep& step_;
  StepPlan& plan_;
  Context& context_;
  std::span<const Tensor* const> in_;
  std::span<Tensor* const> out_;
  size_t steps_, batch_;
  const Tensor* mask_;
  size_t side_ = 0, after_ = 0;
};

void run_scan_gradient(const Op& base, Context& context, std::span<const Tensor* const> in,
                       std::span<Tensor* const> out) {
  const auto& op = static_cast<const ScanGradient&>(base);
  auto& plan = context.scratch.state<StepPlan>();
  if (!plan.ready()) plan.make(op.plan_inputs(), op.plan_outputs(context.training), context.training);
  ScanBackwards(op, plan, context, in, out).run();
}

}  // namespace

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
    const Symbol a =
        state != step_.states.end() ? Symbol(self, before(static_cast<size_t>(state - step_.states.begin())))
        : input != step_.inputs.end()
            ? node.in(static_cast<size_t>(input - step_.inputs.begin()))
            : Symbol(gradient, static_cast<size_t>(std::ranges::find(op.stacked, p.a) - op.stacked.begin()));
    din[first_fixed() + p.fixed] = dot_t(a, Symbol(gradient, p.b));
  }
  return din;
}

}  // namespace lacuna

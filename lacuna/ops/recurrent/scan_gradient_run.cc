// Runs the gradient of a scan.
#include "lacuna/base/error.h"
#include "lacuna/base/threads.h"
#include "lacuna/ops/recurrent/scan_gradient.h"
#include "lacuna/ops/recurrent/scan_run.h"

namespace lacuna {
namespace {

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
        steps_(static_cast<size_t>(with_steps(step_, in, op.first_value() - 1)->dense().shape[0])),
        batch_(static_cast<size_t>(with_steps(step_, in, op.first_value() - 1)->dense().shape[1])),
        left_(step_.masked ? static_cast<size_t>(in[0]->dense().shape[0]) : steps_ * batch_),
        mask_(step_.masked ? in[op.first_value() - 1] : nullptr) {}

  void run() {
    prepare();
    for (size_t i = steps_; i-- > 0;) {
      add_given(i, op_.flags.after, after_);
      if (i + 1 < steps_) add_given(i + 1, op_.flags.before, before_);
      const StepRows rows = plan_.rows(mask_, i, batch_);
      if (!rows.size()) continue;
      LACUNA_REQUIRE(rows.size() <= left_,
                     "scan_gradient: the mask must be that of the scan. Received: another one.");
      left_ -= rows.size();
      feed(i, rows);
      plan_.run(context_.step, seed_of_step(context_.seed, i));
      keep(rows);
    }
    if (steps_ > 0) add_given(0, op_.flags.before, before_);
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
  // The rows that count at this step, of a sequence or of what has the rows of one.
  std::byte* rows_of(const Tensor* const rows, const Symbol& s) const {
    return const_cast<std::byte*>(rows->dense().data.data()) + left_ * row(s);
  }
  // The gradient of state j, which one side holds before a step and the other after it.
  Block carried(size_t j, bool other = false) {
    const size_t bytes = row(step_.states[j]), side = other ? 1 - side_ : side_;
    return {context_.scratch.get<std::byte>(2 * j + side, batch_ * bytes).data(), bytes};
  }

  void prepare() {
    size_t at = 0, given = op_.first_given();
    const auto make_room = [](tensor::Dense& y) { y.resize(y.shape, y.dtype); };
    for (const Symbol& s : op_.stacked) {
      if (step_.masked) set_rows(out_[at]->dense(), left_, s.spec());
      else set_over_steps(out_[at]->dense(), steps_, batch_, s.spec());
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
    before_ = given;
    for (const bool flag : op_.flags.before) given += flag;
    after_ = given;
    for (const bool flag : op_.flags.after) given += flag;
    for (size_t j = 0; j < step_.states.size(); ++j) {
      carried(j, true);
      if (op_.flags.last[j]) carried(j).copy(in_[given++]->dense().data.data(), batch_);
      else carried(j).zero(batch_);
    }
  }

  // Gradients of the states before or after step i, as outputs.
  void add_given(size_t i, const std::vector<bool>& flags, size_t given) {
    for (size_t j = 0; j < step_.states.size(); ++j)
      if (flags[j])
        accumulate(step_.states[j].dtype(), carried(j).data, block(in_[given++], step_.states[j], i).data,
                   batch_ * row(step_.states[j]));
  }

  void feed(size_t i, const StepRows& rows) {
    size_t to = 0;
    const auto at_step = [&](const Tensor* sequence, const Symbol& s) {
      plan_.feed(to++, block(sequence, s, i).data, rows);
    };
    const auto counted = [&](const Tensor* sequence, const Symbol& s) {
      plan_.feed(to++, rows_of(sequence, s), rows.size());
    };
    for (size_t k = 0; k < step_.inputs.size(); ++k) counted(in_[k], step_.inputs[k]);
    for (size_t j = 0; j < step_.states.size(); ++j) at_step(in_[op_.first_state() + 2 * j], step_.states[j]);
    for (size_t f = 0; f < step_.fixed.size(); ++f) {
      const Tensor& value = *in_[step_.inputs.size() + f];
      if (step_.by_row[f]) plan_.feed(to++, value.dense().data.data(), rows);
      else plan_.feed(to++, value);
    }
    for (size_t k = 0; k < op_.values.size(); ++k) {
      const Tensor* value = in_[op_.first_value() + k];
      if (!step_.is_kept(k)) at_step(value, op_.values[k]);
      else if (context_.training) counted(value, op_.values[k]);
      else ++to;  // Not written, and not needed.
    }
    for (size_t j = 0; j < step_.states.size(); ++j)
      at_step(in_[op_.first_state() + 2 * j + 1], op_.afters[j]);
    for (size_t k = 0, given = 0; k < op_.flags.outputs.size(); ++k) {
      if (!op_.flags.outputs[k]) continue;
      const Tensor* dout = in_[op_.first_given() + given];
      if (step_.is_kept(k)) counted(dout, op_.douts[given++]);
      else at_step(dout, op_.douts[given++]);
    }
    for (size_t j = 0; j < step_.states.size(); ++j) plan_.feed(to++, carried(j).data, rows);
  }

  void keep(const StepRows& rows) {
    size_t at = 0;
    for (; at < op_.stacked.size(); ++at) {
      const Symbol& s = op_.stacked[at];
      Block{rows_of(out_[at], s), row(s)}.copy(plan_.rows_of(at, rows), rows.size());
    }
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
  size_t steps_, batch_, left_;  // left_: rows that count in the steps before the current one.
  const Tensor* mask_;
  size_t side_ = 0, before_ = 0, after_ = 0;
};

}  // namespace

void run_scan_gradient(const Op& base, Context& context, std::span<const Tensor* const> in,
                       std::span<Tensor* const> out) {
  const auto& op = static_cast<const ScanGradient&>(base);
  auto& plan = context.scratch.state<StepPlan>();
  if (!plan.ready()) plan.make(op.plan_inputs(), op.plan_outputs(context.training), context.training);
  ScanBackwards(op, plan, context, in, out).run();
}

}  // namespace lacuna

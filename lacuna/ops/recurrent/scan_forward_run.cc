// Runs a scan.
#include <algorithm>
#include <tuple>

#include "lacuna/base/error.h"
#include "lacuna/ops/recurrent/scan_op.h"
#include "lacuna/ops/recurrent/scan_run.h"

namespace lacuna {
namespace {

// The blocks of the states at each step: before step i at `i`, after it at `i + 1`.
struct History {
  std::byte* memory = nullptr;
  size_t row = 0, batch = 0;
  Block operator[](size_t i) const { return {memory + i * batch * row, row}; }
};

struct ScanState {
  StepPlan plan{};
  std::vector<History> histories{};
};

size_t rows_that_count(const tensor::Dense& mask) {
  return with_float("scan", mask.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    return static_cast<size_t>(std::ranges::count_if(mask.values<T>(), [](T m) { return m != T(0); }));
  });
}

// Checks what is only known in a run: (steps, batch).
std::pair<size_t, size_t> steps_and_batch(const Scan& op, std::span<const Tensor* const> in) {
  const ClosedStep& step = op.step();
  const Shape& first = with_steps(step, in, in.size() - 1)->dense().shape;
  const auto count = static_cast<Dim>(step.masked ? rows_that_count(in.back()->dense()) : 0);
  const auto require = [&](bool fits, const Tensor& x) {
    LACUNA_REQUIRE(
        fits,
        "scan: sequences must have as many steps and rows (with a mask: a row for each that counts), "
        "and states and what has a row for each sample as many rows. Received: sequence=",
        in[0]->spec(), " and ", x.spec(), ".");
  };
  size_t state = 0;
  for (size_t i = 0; i < in.size(); ++i) {
    const Shape& shape = in[i]->dense().shape;
    if (i < op.first_fixed() + step.fixed.size()) {
      while (i >= step.inputs.size() && i < op.first_fixed() && !step.starts[state]) ++state;
      const Symbol& taken = i < step.inputs.size() ? step.inputs[i]
                            : i < op.first_fixed() ? step.states[state++]
                                                   : step.fixed[i - op.first_fixed()];
      const size_t skip = i < step.inputs.size() && !step.masked;
      for (size_t d = 0; d < taken.rank(); ++d)
        LACUNA_REQUIRE(taken.shape()[d] == None || shape[d + skip] == taken.shape()[d],
                       "scan: what a step takes must have the shape that it was made for. Received: ",
                       in[i]->spec(), ", the step takes ", taken.spec(), ".");
    }
    const bool is_sequence = i < step.inputs.size(), is_fixed = i >= op.first_fixed();
    const size_t place = i - op.first_fixed();
    if (is_sequence && step.masked) require(shape[0] == count, *in[i]);
    else if (is_sequence || (is_fixed && place >= step.fixed.size()))
      require(shape[0] == first[0] && shape[1] == first[1], *in[i]);
    else if (!is_fixed || step.by_row[place]) require(shape[0] == first[1], *in[i]);
  }
  return {static_cast<size_t>(first[0]), static_cast<size_t>(first[1])};
}

// One run, from the first step to the last.
class ScanForwards {
 public:
  ScanForwards(const Scan& op, Context& context, std::span<const Tensor* const> in,
               std::span<Tensor* const> out)
      : op_(op),
        step_(op.step()),
        context_(context),
        in_(in),
        out_(out),
        written_(step_.outputs.size() - (context.training ? 0 : step_.kept)),
        plan_(context.scratch.state<ScanState>().plan),
        histories_(context.scratch.state<ScanState>().histories) {
    std::tie(steps_, batch_) = steps_and_batch(op, in);
  }

  void run() {
    if (!plan_.ready()) make_plan();
    make_room();
    start_states();
    for (size_t i = 0; i < steps_; ++i) run_step(i);
    for (size_t j = 0; j < step_.carried.size(); ++j) {
      tensor::Dense& to = step_.carried[j]->value().dense();  // Of the batch that the first state had.
      Block{to.data.data(), histories_[j].row}.copy(histories_[j][steps_].data, batch_);
    }
  }

 private:
  void make_plan() {
    const auto end = step_.outputs.begin() + static_cast<std::ptrdiff_t>(written_);
    std::vector<Symbol> from = step_.inputs, to(step_.outputs.begin(), end);
    from.insert(from.end(), step_.states.begin(), step_.states.end());
    from.insert(from.end(), step_.fixed.begin(), step_.fixed.end());
    to.insert(to.end(), step_.new_states.begin(), step_.new_states.end());
    plan_.make(from, to, context_.training);
    histories_.resize(step_.states.size());
  }

  void make_room() {
    const size_t total = step_.masked ? static_cast<size_t>(in_[0]->dense().shape[0]) : 0;
    for (size_t k = 0; k < step_.outputs.size(); ++k) {
      const Spec& spec = step_.outputs[k].spec();
      tensor::Dense& y = out_[k]->dense();
      if (step_.masked && step_.is_kept(k)) set_rows(y, k < written_ ? total : 0, spec);
      else set_over_steps(y, k < written_ ? steps_ : 0, batch_, spec);
      y.resize(y.shape, y.dtype);
    }
  }

  void start_states() {
    size_t given = step_.inputs.size();
    for (size_t j = 0; j < step_.states.size(); ++j) {
      const Spec& spec = step_.states[j].spec();
      const size_t row = bytes_of_row(spec), bytes = steps_ * batch_ * row;
      const History history{context_.scratch.get<std::byte>(j, bytes + batch_ * row).data(), row, batch_};
      tensor::Dense &before = out_[op_.before(j)]->dense(), &after = out_[op_.after(j)]->dense(),
                    &last = out_[op_.last(j)]->dense();
      set_over_steps(before, steps_, batch_, spec);
      set_over_steps(after, steps_, batch_, spec);
      set_rows(last, batch_, spec);
      before.data = Buffer::view(history[0].data, bytes, nullptr);
      after.data = Buffer::view(history[1].data, bytes, nullptr);
      last.data = Buffer::view(history[steps_].data, batch_ * row, nullptr);
      if (step_.starts[j]) history[0].copy(in_[given++]->dense().data.data(), batch_);
      else history[0].zero(batch_);
      histories_[j] = history;
    }
  }

  void run_step(size_t i) {
    const StepRows rows = plan_.rows(step_.masked ? in_.back() : nullptr, i, batch_);
    const auto results_from = [&](size_t k, size_t first) {
      const size_t row = bytes_of_row(step_.outputs[k].spec());
      return Block{out_[k]->dense().data.data() + first * row, row};
    };
    if (!rows.all()) {
      for (const History& h : histories_) h[i + 1].copy(h[i].data, batch_);
      for (size_t k = 0; k < written_; ++k)
        if (!step_.is_kept(k)) results_from(k, i * batch_).zero(batch_);
    }
    if (!rows.size()) return;
    feed(i, rows);
    plan_.run(context_.step, seed_of_step(context_.seed, i));
    for (size_t k = 0; k < written_; ++k) {
      const std::byte* results = plan_.rows_of(k, rows);
      if (step_.is_kept(k)) results_from(k, passed_).copy(results, rows.size());
      else results_from(k, i * batch_).scatter(results, rows);
    }
    for (size_t j = 0; j < histories_.size(); ++j)
      histories_[j][i + 1].scatter(plan_.rows_of(written_ + j, rows), rows);
    passed_ += rows.size();
  }

  void feed(size_t i, const StepRows& rows) {
    size_t to = 0;
    for (size_t k = 0; k < step_.inputs.size(); ++k) {
      const size_t row = bytes_of_row(step_.inputs[k].spec());
      plan_.feed(to++, in_[k]->dense().data.data() + passed_ * row, rows.size());
    }
    for (const History& h : histories_) plan_.feed(to++, h[i].data, rows);
    for (size_t f = 0; f < step_.fixed.size(); ++f) {
      const Tensor& value = *in_[op_.first_fixed() + f];
      if (step_.by_row[f]) plan_.feed(to++, value.dense().data.data(), rows);
      else plan_.feed(to++, value);
    }
  }

  const Scan& op_;
  const ClosedStep& step_;
  Context& context_;
  std::span<const Tensor* const> in_;
  std::span<Tensor* const> out_;
  size_t written_;  // How many outputs are written: the products that are kept only in training.
  StepPlan& plan_;
  std::vector<History>& histories_;
  size_t steps_ = 0, batch_ = 0;
  size_t passed_ = 0;  // Rows that counted in the steps before.
};

}  // namespace

void run_scan(const Op& op, Context& context, std::span<const Tensor* const> in,
              std::span<Tensor* const> out) {
  ScanForwards(static_cast<const Scan&>(op), context, in, out).run();
}

}  // namespace lacuna

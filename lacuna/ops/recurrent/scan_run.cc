// Runs a scan.
#include "lacuna/ops/recurrent/scan_run.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "lacuna/base/error.h"
#include "lacuna/base/random.h"
#include "lacuna/ops/recurrent/scan_op.h"

namespace lacuna {

void Block::zero(size_t batch) const {
  if (batch > 0 && row > 0) std::memset(data, 0, batch * row);
}
void Block::copy(const std::byte* from, size_t batch) const {
  if (batch > 0 && row > 0) std::memmove(data, from, batch * row);
}
void Block::scatter(const std::byte* from, const StepRows& rows) const {
  if (rows.all()) return copy(from, rows.batch);
  for (size_t i = 0; i < rows.size(); ++i)
    if (row) std::memcpy(data + rows.rows[i] * row, from + i * row, row);
}

size_t bytes_of_row(const Shape& shape, DType dtype) {
  size_t bytes = size_of(dtype);
  for (size_t i = 1; i < shape.size(); ++i) bytes *= static_cast<size_t>(shape[i]);
  return bytes;
}

void set_over_steps(tensor::Dense& out, size_t steps, size_t batch, const Spec& spec) {
  out.dtype = spec.dtype;
  out.shape.resize(spec.shape.size() + 1);
  out.shape[0] = static_cast<Dim>(steps);
  out.shape[1] = static_cast<Dim>(batch);
  std::copy(spec.shape.begin() + 1, spec.shape.end(), out.shape.begin() + 2);
}

void set_rows(tensor::Dense& out, size_t batch, const Spec& spec) {
  out.dtype = spec.dtype;
  out.shape = spec.shape;
  out.shape[0] = static_cast<Dim>(batch);
}

uint64_t seed_of_step(uint64_t seed, size_t step) { return mix(seed + mix(step)); }

void StepPlan::make(const std::vector<Symbol>& inputs, const std::vector<Symbol>& outputs, bool training) {
  plan_.emplace(inputs, outputs, training);
  for (const Symbol& s : inputs) {
    tensor::Dense view;
    view.dtype = s.dtype();
    view.shape = s.shape();
    views_.emplace_back(std::move(view));
  }
  packed_.resize(inputs.size());
  pointers_.resize(inputs.size());
}

template <class T>
StepRows StepPlan::rows(std::span<const T> mask, size_t batch) {
  rows_.resize(batch);
  size_t count = 0;
  for (size_t r = 0; r < batch; ++r)
    if (mask[r] != T(0)) rows_[count++] = static_cast<uint32_t>(r);
  return {std::span(rows_).first(count), batch};
}

StepRows StepPlan::rows(const Tensor* mask, size_t at, size_t batch) {
  if (mask)
    return with_float("scan", mask->dtype(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      return rows<T>(mask->dense().values<T>().subspan(at * batch, batch), batch);
    });
  if (rows_.size() != batch) {
    rows_.resize(batch);
    std::iota(rows_.begin(), rows_.end(), 0);
  }
  return {rows_, batch};
}

void StepPlan::feed(size_t i, const std::byte* rows, size_t count) {
  tensor::Dense& view = views_[i].dense();
  view.shape[0] = static_cast<Dim>(count);
  view.data = Buffer::view(rows, count * bytes_of_row(view.shape, view.dtype), nullptr);
  pointers_[i] = &views_[i];
}

void StepPlan::feed(size_t i, const std::byte* block, const StepRows& rows) {
  const tensor::Dense& view = views_[i].dense();
  const size_t row = bytes_of_row(view.shape, view.dtype);
  if (!rows.all()) {
    packed_[i].resize(rows.batch * row);  // At once for all rows, so that it grows once.
    for (size_t r = 0; r < rows.size(); ++r)
      if (row) std::memcpy(packed_[i].data() + r * row, block + rows.rows[r] * row, row);
    block = packed_[i].data();
  }
  feed(i, block, rows.size());
}

const std::byte* StepPlan::rows_of(size_t i, const StepRows& rows) const {
  const tensor::Dense& y = result(i);
  LACUNA_REQUIRE(y.shape[0] == static_cast<Dim>(rows.size()),
                 "scan: a step must give a row for each row of the batch. Received: result=",
                 Tensor(y).spec(), ", batch=", rows.size(), ".");
  return y.data.data();
}

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

}  // namespace

void run_scan(const Op& base, Context& context, std::span<const Tensor* const> in,
              std::span<Tensor* const> out) {
  const auto& op = static_cast<const Scan&>(base);
  const ClosedStep& step = op.step();
  const auto size = steps_and_batch(op, in);
  const size_t steps = size.first, batch = size.second;
  const size_t inputs = step.inputs.size(), states = step.states.size(),
               written = step.outputs.size() - (context.training ? 0 : step.kept);
  auto& [plan, histories] = context.scratch.state<ScanState>();
  if (!plan.ready()) {
    std::vector<Symbol> from = step.inputs,
                        to(step.outputs.begin(), step.outputs.begin() + static_cast<std::ptrdiff_t>(written));
    from.insert(from.end(), step.states.begin(), step.states.end());
    from.insert(from.end(), step.fixed.begin(), step.fixed.end());
    to.insert(to.end(), step.new_states.begin(), step.new_states.end());
    plan.make(from, to, context.training);
    histories.resize(states);
  }
  const Tensor* mask = step.masked ? in.back() : nullptr;
  const size_t total = mask ? static_cast<size_t>(in[0]->dense().shape[0]) : steps * batch;
  size_t passed = 0;  // Rows that counted in the steps before.
  for (size_t k = 0; k < step.outputs.size(); ++k) {
    const Spec& spec = step.outputs[k].spec();
    tensor::Dense& y = out[k]->dense();
    if (step.masked && step.is_kept(k)) set_rows(y, k < written ? total : 0, spec);
    else set_over_steps(y, k < written ? steps : 0, batch, spec);
    y.resize(y.shape, y.dtype);
  }
  size_t given = inputs;
  for (size_t j = 0; j < states; ++j) {
    const Spec& spec = step.states[j].spec();
    const size_t row = bytes_of_row(spec), bytes = steps * batch * row;
    histories[j] = {context.scratch.get<std::byte>(j, bytes + batch * row).data(), row, batch};
    tensor::Dense &before = out[op.before(j)]->dense(), &after = out[op.after(j)]->dense(),
                  &last = out[op.last(j)]->dense();
    set_over_steps(before, steps, batch, spec);
    set_over_steps(after, steps, batch, spec);
    set_rows(last, batch, spec);
    before.data = Buffer::view(histories[j][0].data, bytes, nullptr);
    after.data = Buffer::view(histories[j][1].data, bytes, nullptr);
    last.data = Buffer::view(histories[j][steps].data, batch * row, nullptr);
    if (step.starts[j]) histories[j][0].copy(in[given++]->dense().data.data(), batch);
    else histories[j][0].zero(batch);
  }
  for (size_t i = 0; i < steps; ++i) {
    const StepRows rows = plan.rows(mask, i, batch);
    const auto block_of = [&](size_t k) {
      const size_t row = bytes_of_row(step.outputs[k].spec());
      return Block{out[k]->dense().data.data() + i * batch * row, row};
    };
    if (!rows.all()) {
      for (const History& h : histories) h[i + 1].copy(h[i].data, batch);
      for (size_t k = 0; k < written; ++k)
        if (!step.is_kept(k)) block_of(k).zero(batch);
    }
    if (!rows.size()) continue;
    for (size_t k = 0; k < inputs; ++k)
      plan.feed(k, in[k]->dense().data.data() + passed * bytes_of_row(step.inputs[k].spec()), rows.size());
    for (size_t j = 0; j < states; ++j) plan.feed(inputs + j, histories[j][i].data, rows);
    for (size_t f = 0; f < step.fixed.size(); ++f) {
      const Tensor& value = *in[op.first_fixed() + f];
      if (step.by_row[f]) plan.feed(inputs + states + f, value.dense().data.data(), rows);
      else plan.feed(inputs + states + f, value);
    }
    plan.run(context.step, seed_of_step(context.seed, i));
    for (size_t k = 0; k < written; ++k) {
      const std::byte* results = plan.rows_of(k, rows);
      const size_t row = bytes_of_row(step.outputs[k].spec());
      if (step.is_kept(k)) Block{out[k]->dense().data.data() + passed * row, row}.copy(results, rows.size());
      else block_of(k).scatter(results, rows);
    }
    for (size_t j = 0; j < states; ++j) histories[j][i + 1].scatter(plan.rows_of(written + j, rows), rows);
    passed += rows.size();
  }
  for (size_t j = 0; j < step.carried.size(); ++j) {
    tensor::Dense& to = step.carried[j]->value().dense();  // Of the batch that the first state had.
    Block{to.data.data(), histories[j].row}.copy(histories[j][steps].data, batch);
  }
}

}  // namespace lacuna

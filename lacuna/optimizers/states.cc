// The states of a weight, and its rows that are left behind.
#include "lacuna/optimizers/states.h"

#include <algorithm>
#include <cstring>

#include "lacuna/base/threads.h"
#include "lacuna/tensor/row_table.h"

namespace lacuna::optimizers {
namespace {

constexpr size_t kAhead = 16;                    // Rows between a prefetch and its use.
constexpr size_t kRowsAtOnce = size_t{1} << 14;  // Rows that are caught up together.

}  // namespace

States::States(Variable& weight, std::shared_ptr<const Rule> rule, std::shared_ptr<const void> owner,
               bool exact)
    : weight_(weight),
      rows_(weight.value()),
      rule_(std::move(rule)),
      owner_(std::move(owner)),
      state_width_(rule_->row_states() ? 1 : rows_.width()) {
  if (rows_.have_room()) {
    numbered_ = rows_.width() == 1 && !rows_.slots_are_ids() && !rule_->descends();
    marked_ = exact && !rows_.slots_are_ids();
    return;
  }
  const tensor::Dense& value = weight_.value().dense();
  for (size_t k = 0; k < rule_->states(); ++k) {
    tensor::Dense& state = arrays_.emplace_back();
    if (rule_->row_states()) state.resize({static_cast<Dim>(count())}, value.dtype);
    else state.resize(value.shape, value.dtype);
    std::memset(state.data.data(), 0, state.data.bytes());
  }
}

size_t States::values() const {
  return rule_->states() * state_width_ + (numbered_ ? 1 : 0) + (marked_ ? 1 : 0);
}

size_t States::place() const { return values() ? rows_.place_of(owner_, values()) : 0; }

template <class T>
kernels::UpdateRows<T> States::rows() {
  const size_t states = rule_->states();
  const size_t first = rows_.have_room() ? place() : 0;  // Before values(): it may move all rows.
  kernels::UpdateRows<T> to{rows_.values<T>(), {}, rows_.stride(), rows_.width(), rows_.stride()};
  if (states && !rows_.have_room()) to.state_stride = state_width_;
  for (size_t k = 0; k < 3; ++k)
    to.state[k] = k >= states         ? to.weight
                  : rows_.have_room() ? to.weight + first + k * state_width_
                                      : arrays_[k].template values<T>().data();
  return to;
}

template <class T>
T* States::numbers() {
  if (!numbered_) return nullptr;
  const size_t at = place() + rule_->states() * state_width_;
  return rows_.values<T>() + at;
}

States::Marks States::marks() const {
  if (!rows_.have_room()) return {const_cast<int32_t*>(at_.data()), 1};
  const size_t at = place() + rule_->states() * state_width_ + (numbered_ ? 1 : 0);
  const size_t item = size_of(rows_.dtype());
  return {reinterpret_cast<int32_t*>(rows_.values<std::byte>() + at * item),
          rows_.stride() * item / sizeof(int32_t)};
}

void States::make_room_behind() {
  history_.reserve();
  ids_.resize(kRowsAtOnce);
  from_.resize(kRowsAtOnce);
  if (!rows_.have_room()) at_.resize(count());
}

void States::start() {
  const Marks mark = marks();
  for (size_t row = 0; row < count(); ++row) mark[row] = 1;
}

void States::take_missed(size_t count) {
  if (!count) return;
  const FlushDenormals flush;
  caught_up_rows_ += count;
  const kernels::MissedSteps missed{ids_.data(), from_.data(), count, history_.steps};
  with_float("optimizer", weight_.spec().dtype,
             [&](auto tag) { rule_->catch_up(rows<typename decltype(tag)::type>(), missed, history_); });
}

template <class I>
void States::bring_up(std::span<const I> rows) {
  for (size_t first = 0; first < rows.size(); first += kRowsAtOnce)
    bring_up_some(rows.subspan(first, std::min(kRowsAtOnce, rows.size() - first)));
}

template <class I>
void States::bring_up_some(std::span<const I> rows) {
  const Marks mark = marks();
  const uint64_t all = count();
  const int32_t now = history_.steps + 1;
  size_t behind = 0;
  for (size_t k = 0; k < rows.size(); ++k) {
    if (k + kAhead < rows.size() && static_cast<uint64_t>(rows[k + kAhead]) < all)
      __builtin_prefetch(&mark[static_cast<size_t>(rows[k + kAhead])], 1);
    if (static_cast<uint64_t>(rows[k]) >= all) continue;
    int32_t& at = mark[static_cast<size_t>(rows[k])];
    if (at == now) continue;
    if (at) {
      ids_[behind] = static_cast<int64_t>(rows[k]);
      from_[behind++] = at - 1;
    }
    at = now;
  }
  if (in_step_) keep_for_take_back(behind);
  take_missed(behind);
}

template <class Copy>
void States::each_kept(size_t first, size_t count, const Copy& copy) {
  with_float("optimizer", weight_.spec().dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const kernels::UpdateRows<T> all = rows<T>();
    const size_t states = rule_->states(), width = all.width + states * state_width_;
    T* kept = before_.values.as<T>().data() + first * width;
    for (size_t i = first; i < first + count; ++i) {
      const auto row = static_cast<size_t>(before_.rows[i]);
      copy(all.weight + row * all.stride, kept, all.width);
      kept += all.width;
      for (size_t k = 0; k < states; ++k, kept += state_width_)
        copy(all.state[k] + row * all.state_stride, kept, state_width_);
    }
  });
}

void States::make_room_before(size_t rows) {
  if (rows <= before_.rows.size()) return;
  const size_t more = rows + rows / 4;
  Buffer values;
  values.resize(more * (rows_.width() + rule_->states() * state_width_) * size_of(weight_.spec().dtype));
  if (before_.count) std::memcpy(values.data(), before_.values.data(), before_.values.bytes());
  before_.from.resize(more);
  before_.rows.resize(more);
  before_.values = std::move(values);
}

// Keeps copies of the first rows of ids_, which are marked as current but have not moved yet.
void States::keep_for_take_back(size_t count) {
  if (!count) return;
  const size_t first = before_.count;
  try {
    make_room_before(first + count);
  } catch (...) {
    const Marks mark = marks();
    for (size_t i = 0; i < count; ++i) mark[static_cast<size_t>(ids_[i])] = from_[i] + 1;
    throw;
  }
  std::copy_n(ids_.begin(), count, before_.rows.begin() + static_cast<std::ptrdiff_t>(first));
  std::copy_n(from_.begin(), count, before_.from.begin() + static_cast<std::ptrdiff_t>(first));
  before_.count += count;
  each_kept(first, count, [](auto* row, auto* kept, size_t n) { std::copy_n(row, n, kept); });
}

void States::begin_step() {
  in_step_ = true;
  before_.count = 0;
}

void States::take_back() noexcept {
  if (!in_step_) return;
  in_step_ = false;
  each_kept(0, before_.count, [](auto* row, auto* kept, size_t n) { std::copy_n(kept, n, row); });
  const Marks mark = marks();
  for (size_t i = 0; i < before_.count; ++i) mark[static_cast<size_t>(before_.rows[i])] = before_.from[i] + 1;
}

void States::log(double rate, double t) {
  rule_->log(history_, rate, t);
  history_.taken.push_back({rate, t});
  ++history_.steps;
}

void States::stepped(std::span<const int64_t> rows, double rate, double t) {
  log(rate, t);
  ++now_;
  const Marks mark = marks();
  for (size_t k = 0; k < rows.size(); ++k) {
    if (k + kAhead < rows.size()) __builtin_prefetch(&mark[static_cast<size_t>(rows[k + kAhead])], 1);
    mark[static_cast<size_t>(rows[k])] = history_.steps + 1;
  }
}

void States::settle() {
  if (history_.steps == 0) return;
  const Marks mark = marks();
  const size_t all = count();
  const int32_t now = history_.steps + 1;
  in_step_ = false;  // Rows that were caught up can no longer be taken back.
  for (size_t begin = 0; begin < all; begin += kRowsAtOnce) {
    size_t behind = 0;
    for (size_t row = begin; row < std::min(all, begin + kRowsAtOnce); ++row) {
      if (mark[row] != now && mark[row] != 0) {
        ids_[behind] = static_cast<int64_t>(row);
        from_[behind++] = mark[row] - 1;
      }
      mark[row] = 1;
    }
    take_missed(behind);
  }
  history_.forget();
  caught_up_ = Tensor();
  copied_at_ = -1;
}

bool States::is_behind(size_t row) const {
  if (history_.steps == 0 || rule_->weight_stays()) return false;
  const int32_t at = marks()[row];
  return at != 0 && at != history_.steps + 1;
}

// use(first, n, copy) for parts of `rows`: caught-up copies of rows[first], …, rows[first + n - 1] and their
// states.
template <class T, class Use>
void States::each_current(std::span<const size_t> rows, const Use& use) {
  const FlushDenormals flush;
  const kernels::UpdateRows<T> from = this->rows<T>();
  const size_t width = from.width, states = rule_->states();
  const size_t together = std::clamp<size_t>(size_t{4096} / std::max<size_t>(1, width), 1, 256);
  some_.resize(together * (width + states * state_width_) * sizeof(T));
  kernels::UpdateRows<T> copy{some_.as<T>().data(), {}, width, width, states ? state_width_ : width};
  for (size_t k = 0; k < 3; ++k)
    copy.state[k] = copy.weight + (k < states ? together * (width + k * state_width_) : 0);
  std::vector<int64_t> ids(together);
  std::vector<int32_t> steps(together);
  const Marks mark = marks();
  for (size_t first = 0; first < rows.size(); first += together) {
    const size_t n = std::min(together, rows.size() - first);
    size_t behind = 0;
    for (size_t i = 0; i < n; ++i) {
      const size_t row = rows[first + i];
      std::copy_n(from.weight + row * from.stride, width, copy.weight + i * width);
      for (size_t k = 0; k < states; ++k)
        std::copy_n(from.state[k] + row * from.state_stride, state_width_, copy.state[k] + i * state_width_);
      if (history_.steps == 0 || mark[row] == 0 || mark[row] == history_.steps + 1) continue;
      ids[behind] = static_cast<int64_t>(i);
      steps[behind++] = mark[row] - 1;
    }
    if (behind) rule_->catch_up(copy, {ids.data(), steps.data(), behind, history_.steps}, history_);
    use(first, n, copy);
  }
}

void States::read(std::span<const size_t> rows, std::byte* to) {
  with_float("optimizer", weight_.spec().dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    each_current<T>(rows, [&](size_t first, size_t n, const kernels::UpdateRows<T>& copy) {
      std::copy_n(copy.weight, n * copy.width, reinterpret_cast<T*>(to) + first * copy.width);
    });
  });
}

std::vector<Spec> States::specs() const {
  const auto& [shape, dtype, storage] = weight_.spec();
  if (rows_.have_room())
    return values() ? std::vector<Spec>{{{shape[0], static_cast<Dim>(values())}, dtype, Storage::row_sparse}}
                    : std::vector<Spec>{};
  std::vector<Spec> result;
  for (const tensor::Dense& state : arrays_) result.push_back({state.shape, dtype, Storage::dense});
  return result;
}

std::vector<Tensor> States::copy() {
  std::vector<Tensor> result;
  for (const Spec& spec : specs()) result.push_back(Tensor::empty(spec));
  if (result.empty()) return result;
  std::vector<size_t> rows;
  for (size_t row = 0; row < count(); ++row)
    if (rows_.holds(row)) rows.push_back(row);
  with_float("optimizer", weight_.spec().dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    if (rows_.have_room()) {
      tensor::RowSparse& all = result[0].row_sparse();
      all.resize({weight_.spec().shape[0], static_cast<Dim>(values())}, rows.size(), weight_.spec().dtype);
      std::ranges::fill(all.values<T>(), T(0));
      for (size_t i = 0; i < rows.size(); ++i) all.row_ids()[i] = rows_.id(rows[i]);
      each_current<T>(rows, [&](size_t first, size_t n, const kernels::UpdateRows<T>& copy) {
        for (size_t i = 0; i < n; ++i)
          for (size_t k = 0; k < rule_->states(); ++k)
            std::copy_n(copy.state[k] + i * state_width_, state_width_,
                        all.values<T>().data() + (first + i) * values() + k * state_width_);
      });
      return;
    }
    for (size_t k = 0; k < result.size(); ++k) result[k].dense().resize(arrays_[k].shape, arrays_[k].dtype);
    each_current<T>(rows, [&](size_t first, size_t n, const kernels::UpdateRows<T>& copy) {
      for (size_t k = 0; k < result.size(); ++k)
        std::copy_n(copy.state[k], n * state_width_,
                    result[k].dense().values<T>().data() + first * state_width_);
    });
  });
  return result;
}

void States::assign(const std::vector<Tensor>& states) {
  const std::vector<Spec> known = specs();
  LACUNA_REQUIRE(states.size() == known.size(),
                 "optimizer: all states of a weight must be given. Received: weight '", weight_.name(),
                 "', states=", states.size(), ", known=", known.size(), ".");
  for (size_t k = 0; k < known.size(); ++k)
    LACUNA_REQUIRE(states[k].spec() == known[k],
                   "optimizer: states must be of the optimizer's kind. Received: weight '", weight_.name(),
                   "', state=", states[k].spec(), ", known=", known[k], ".");
  if (!rows_.have_room()) {
    std::vector<tensor::Dense> copies;
    for (const Tensor& state : states) copies.push_back(state.copy().dense());
    settle();
    arrays_ = std::move(copies);
    return;
  }
  settle();
  if (known.empty()) return;
  const tensor::RowSparse& rows = states[0].row_sparse();
  RowTable& table = weight_.value().table();
  for (const int64_t id : rows.row_ids())
    LACUNA_REQUIRE_RANGE(id >= 0 && id < table.shape()[0],
                         "optimizer: rows of states must be within the weight. Received: id=", id,
                         ", weight '", weight_.name(), "' ", weight_.spec(), ".");
  std::vector<int32_t> slots(rows.row_ids().size());
  table.touch(rows.row_ids(), slots);
  const size_t first = place(), item = size_of(table.dtype()), beside = rule_->states() * state_width_ * item;
  for (size_t i = 0; i < slots.size(); ++i)
    std::memcpy(table.rows<std::byte>() + (static_cast<size_t>(slots[i]) * table.stride() + first) * item,
                rows.data.data() + i * values() * item, beside);
}

const Tensor* States::caught_up() {
  if (history_.steps == 0 || rule_->weight_stays()) return nullptr;
  if (copied_at_ != now_) {
    if (caught_up_.storage() != Storage::dense || caught_up_.dense().shape != weight_.spec().shape) {
      tensor::Dense copy;
      copy.resize(weight_.spec().shape, weight_.spec().dtype);
      caught_up_ = std::move(copy);
    }
    std::vector<size_t> all(count());
    for (size_t i = 0; i < all.size(); ++i) all[i] = i;
    read(all, caught_up_.dense().data.data());
    copied_at_ = now_;
  }
  return &caught_up_;
}

template kernels::UpdateRows<float> States::rows<float>();
template kernels::UpdateRows<double> States::rows<double>();
template void States::bring_up(std::span<const int32_t> rows);
template void States::bring_up(std::span<const int64_t> rows);
template float* States::numbers<float>();
template double* States::numbers<double>();

}  // namespace lacuna::optimizers

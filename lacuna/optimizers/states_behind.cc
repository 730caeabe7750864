// Saves and restores rows that are left behind (see States::copy_behind).
#include <algorithm>
#include <cmath>

#include "lacuna/optimizers/states.h"
#include "lacuna/tensor/row_table.h"

namespace lacuna::optimizers {
namespace {

// copy(beside, row, n) for the weight and each state of a row, where `beside` holds all of them one after
// another.
template <class T, class Copy>
void each_part(const kernels::UpdateRows<T>& rows, size_t row, size_t states, size_t state_width, T* beside,
               const Copy& copy) {
  copy(beside, rows.weight + row * rows.stride, rows.width);
  for (size_t k = 0; k < states; ++k)
    copy(beside + rows.width + k * state_width, rows.state[k] + row * rows.state_stride, state_width);
}

}  // namespace

std::vector<Spec> States::behind_specs() const {
  if (!rule_->moves_without_gradient() || !may_wait()) return {};
  const Dim rows = weight_.spec().shape.empty() ? 1 : weight_.spec().shape[0];
  return {{{rows, static_cast<Dim>(rows_.width() + rule_->states() * state_width_)},
           weight_.spec().dtype,
           Storage::row_sparse},
          {{None}, DType::int64, Storage::dense},
          {{None, 2}, DType::float64, Storage::dense},
          {{None}, DType::float64, Storage::dense}};
}

std::vector<Tensor> States::copy_behind() const {
  if (history_.steps == 0) return {};
  std::vector<size_t> behind;
  const Marks mark = marks();
  for (size_t row = 0; row < count(); ++row)
    if (mark[row] != 0 && mark[row] != history_.steps + 1) behind.push_back(row);
  const std::vector<Spec> specs = behind_specs();
  tensor::RowSparse rows;
  rows.resize(specs[0].shape, behind.size(), specs[0].dtype);
  tensor::Dense at, steps;
  at.resize({static_cast<Dim>(behind.size())}, DType::int64);
  steps.resize({static_cast<Dim>(history_.steps), 2}, DType::float64);
  for (size_t i = 0; i < behind.size(); ++i) {
    rows.row_ids()[i] = rows_.id(behind[i]);
    at.values<int64_t>()[i] = mark[behind[i]] - 1;
  }
  with_float("optimizer", specs[0].dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const kernels::UpdateRows<T> from = const_cast<States*>(this)->rows<T>();
    const auto width = static_cast<size_t>(specs[0].shape[1]);
    for (size_t i = 0; i < behind.size(); ++i)
      each_part(from, behind[i], rule_->states(), state_width_, rows.values<T>().data() + i * width,
                [](T* beside, const T* row, size_t n) { std::copy_n(row, n, beside); });
  });
  for (size_t s = 0; s < history_.taken.size(); ++s) {
    steps.values<double>()[2 * s] = history_.taken[s].rate;
    steps.values<double>()[2 * s + 1] = history_.taken[s].t;
  }
  const std::span<const double> glide(history_.glide);
  return {rows, at, steps, tensor::Dense::of<double>({static_cast<Dim>(glide.size())}, glide)};
}

void States::assign_behind(const std::vector<Tensor>& behind) {
  LACUNA_REQUIRE(behind.size() == 4,
                 "optimizer: rows left behind are told by four tensors. Received: tensors=", behind.size(),
                 ", weight '", weight_.name(), "'.");
  const tensor::RowSparse& from = behind[0].row_sparse();
  const auto ids = from.row_ids();
  const auto at = behind[1].dense().values<int64_t>();
  const auto steps = behind[2].dense().values<double>(), glide = behind[3].dense().values<double>();
  const size_t taken = steps.size() / 2;
  LACUNA_REQUIRE(
      at.size() == ids.size() && taken > 0 && taken <= static_cast<size_t>(History::kLongest) &&
          glide.size() <= taken &&
          std::ranges::all_of(at, [&](int64_t a) { return a >= 0 && a < static_cast<int64_t>(taken); }) &&
          std::ranges::all_of(steps, [](double s) { return std::isfinite(s) && s >= 0; }) &&
          std::ranges::all_of(glide, [](double g) { return std::isfinite(g); }),
      "optimizer: each row left behind must be at one of the steps since all were current, which are at "
      "most ",
      History::kLongest, ". Received: rows=", ids.size(), ", their steps=", at.size(), ", steps=", taken,
      ", sums of them=", glide.size(), ", weight '", weight_.name(), "'.");
  for (const int64_t id : ids)
    LACUNA_REQUIRE_RANGE(id >= 0 && id < from.shape[0],
                         "optimizer: rows left behind must be within the weight. "
                         "Received: id=",
                         id, ", weight '", weight_.name(), "' ", weight_.spec(), ".");
  std::vector<int64_t> rows(ids.begin(), ids.end());
  for (int64_t& row : rows) {
    const int64_t slot = rows_.slot(row);
    LACUNA_REQUIRE(slot >= 0, "optimizer: rows left behind must be among the weight's. Received: id=", row,
                   ", which is not, weight '", weight_.name(), "'.");
    row = slot;
  }
  make_room_behind();
  settle();
  start();
  for (size_t s = 0; s < taken; ++s) log(steps[2 * s], steps[2 * s + 1]);
  history_.glide.assign(glide.begin(), glide.end());
  history_.glide_until = static_cast<int32_t>(glide.size());
  ++now_;
  const Marks mark = marks();
  for (size_t row = 0; row < count(); ++row) mark[row] = history_.steps + 1;
  for (size_t i = 0; i < rows.size(); ++i)
    mark[static_cast<size_t>(rows[i])] = static_cast<int32_t>(at[i]) + 1;
  with_float("optimizer", from.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const kernels::UpdateRows<T> to = this->rows<T>();
    const auto width = static_cast<size_t>(from.shape[1]);
    for (size_t i = 0; i < rows.size(); ++i)
      each_part(to, static_cast<size_t>(rows[i]), rule_->states(), state_width_,
                const_cast<T*>(from.values<T>().data()) + i * width,
                [](const T* beside, T* row, size_t n) { std::copy_n(beside, n, row); });
  });
}

}  // namespace lacuna::optimizers

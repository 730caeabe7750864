// Copies rows of tables for the updates of one's own optimizer.
#include "lacuna/optimizers/own_table.h"

#include <algorithm>
#include <cstring>
#include <map>

#include "lacuna/base/error.h"
#include "lacuna/tensor/row_table.h"

namespace lacuna::optimizers {

std::vector<size_t> owners_of(const std::vector<Update>& updates, const std::vector<VariablePtr>& params,
                              const std::vector<Symbol>& gradients, const std::vector<OwnState>& states) {
  // Leaves that one update joins have rows of the same table. They are joined until nothing changes.
  std::map<const Node*, size_t> table;
  for (size_t i = 0; i < params.size(); ++i) {
    if (gradients[i].shape().empty() || gradients[i].shape()[0] != -1) continue;
    table[read(params[i]).node().get()] = i;
    table[gradients[i].node().get()] = i;
  }
  std::map<const Node*, size_t> number;
  for (size_t s = 0; s < states.size(); ++s) number[read(states[s].variable).node().get()] = s;
  std::vector<size_t> owners(states.size(), params.size());
  for (bool changed = true; changed;) {
    changed = false;
    for (const Update& u : updates) {
      size_t of = params.size();
      std::vector<size_t> joined;
      for (const auto& node : in_order({u.value, read(u.variable)})) {
        const auto state = number.find(node.get());
        const auto known = table.find(node.get());
        size_t one = params.size();
        if (state != number.end()) joined.push_back(state->second), one = owners[state->second];
        else if (known != table.end()) one = known->second;
        if (one == params.size()) continue;
        LACUNA_REQUIRE(of == params.size() || of == one,
                       "get_updates: an update must not join the rows of two weights with sparse_weight or "
                       "sparse_grad. Received: an update of '",
                       u.variable->name(), "' with rows of '", params[of]->name(), "' and '",
                       params[one]->name(), "'.");
        of = one;
      }
      for (const size_t s : joined)
        if (owners[s] != of) owners[s] = of, changed = true;
    }
  }
  return owners;
}

void write_dense(const Tensor& gradient, bool all_rows, const Variable& weight, double factor, double limit,
                 Tensor& to) {
  if (to.storage() != Storage::dense) to = tensor::Dense();
  with_float("optimizer", weight.spec().dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T f = static_cast<T>(factor), l = static_cast<T>(limit);
    const auto clipped = [&](T g) { return std::clamp(g * f, -l, l); };
    const bool named = gradient.storage() == Storage::row_sparse;
    const auto from = named ? gradient.row_sparse().values<T>() : gradient.dense().values<T>();
    Shape shape = weight.spec().shape;
    if (named && !all_rows) shape[0] = static_cast<Dim>(gradient.row_sparse().row_ids().size());
    to.dense().resize(shape, weight.spec().dtype);
    T* const values = to.dense().values<T>().data();
    if (!named || !all_rows) {
      std::ranges::transform(from, values, clipped);
      return;
    }
    std::fill_n(values, to.dense().size(), T(0));
    const auto ids = gradient.row_sparse().row_ids();
    const size_t width = ids.empty() ? 0 : from.size() / ids.size();
    for (size_t i = 0; i < ids.size(); ++i)
      std::transform(from.data() + i * width, from.data() + (i + 1) * width,
                     values + static_cast<size_t>(ids[i]) * width, clipped);
  });
}

OwnTable::OwnTable(VariablePtr weight, VariablePtr rows, std::vector<OwnState> states,
                   std::shared_ptr<const void> owner)
    : weight_(std::move(weight)),
      rows_(std::move(rows)),
      states_(std::move(states)),
      owner_(std::move(owner)),
      width_(weight_->value().table().width()) {
  for (const OwnState& state : states_) marked_ |= state.first != 0;
  for (const OwnState& state : states_)
    LACUNA_REQUIRE(
        state.variable->spec().shape == rows_->spec().shape &&
            state.variable->spec().dtype == rows_->spec().dtype,
        "get_updates: a state of a weight with sparse_weight or sparse_grad must have its shape and dtype. "
        "Received: state ",
        state.variable->spec(), " of weight '", weight_->name(), "' ", rows_->spec(), ".");
}

size_t OwnTable::place() const { return values() ? weight_->value().table().states_of(owner_, values()) : 0; }

// copy(row of the table, index of the row in the step, its place), where place 0 is the weight, 1 to n are
// the states and n + 1 is the mark.
template <class T, class Copy>
void OwnTable::each(std::span<const int64_t> slots, const Copy& copy) {
  RowTable& table = weight_->value().table();
  const size_t first = place();
  for (size_t i = 0; i < slots.size(); ++i) {
    T* const row = table.rows<T>() + static_cast<size_t>(slots[i]) * table.stride();
    copy(row, row + first, i);
  }
}

void OwnTable::gather(std::span<const int64_t> slots) {
  if (const auto behind = weight_->behind()) behind->settle(), weight_->set_behind(nullptr);
  Shape shape = weight_->spec().shape;
  shape[0] = static_cast<Dim>(slots.size());
  const DType dtype = weight_->spec().dtype;
  rows_->value().dense().resize(shape, dtype);
  for (const OwnState& state : states_) state.variable->value().dense().resize(shape, dtype);
  with_float("optimizer", dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    each<T>(slots, [&](const T* row, const T* beside, size_t i) {
      std::copy_n(row, width_, rows_->value().dense().values<T>().data() + i * width_);
      const bool is_new = marked_ && beside[states_.size() * width_] == 0;
      for (size_t s = 0; s < states_.size(); ++s) {
        T* const to = states_[s].variable->value().dense().values<T>().data() + i * width_;
        if (is_new) std::fill_n(to, width_, static_cast<T>(states_[s].first));
        else std::copy_n(beside + s * width_, width_, to);
      }
    });
  });
}

void OwnTable::scatter(std::span<const int64_t> slots) {
  with_float("optimizer", weight_->spec().dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    each<T>(slots, [&](T* row, T* beside, size_t i) {
      std::copy_n(rows_->value().dense().values<T>().data() + i * width_, width_, row);
      for (size_t s = 0; s < states_.size(); ++s)
        std::copy_n(states_[s].variable->value().dense().values<T>().data() + i * width_, width_,
                    beside + s * width_);
      if (marked_) beside[states_.size() * width_] = 1;
    });
  });
}

Spec OwnTable::spec() const {
  return {{weight_->spec().shape[0], static_cast<Dim>(values())}, weight_->spec().dtype, Storage::row_sparse};
}

Tensor OwnTable::copy() const {
  RowTable& table = weight_->value().table();
  const size_t first = place(), item = size_of(table.dtype());
  std::vector<size_t> rows;
  for (size_t slot = 0; slot < table.slots(); ++slot)
    if (table.touched(slot)) rows.push_back(slot);
  tensor::RowSparse all;
  all.resize(spec().shape, rows.size(), spec().dtype);
  for (size_t i = 0; i < rows.size(); ++i) {
    all.row_ids()[i] = table.id(rows[i]);
    std::memcpy(all.data.data() + i * values() * item,
                table.rows<std::byte>() + (rows[i] * table.stride() + first) * item, values() * item);
  }
  return all;
}

void OwnTable::assign(const tensor::RowSparse& states) const {
  RowTable& table = weight_->value().table();
  std::vector<int32_t> slots(states.row_ids().size());
  table.touch(states.row_ids(), slots);
  const size_t first = place(), item = size_of(table.dtype());
  for (size_t i = 0; i < slots.size(); ++i)
    std::memcpy(table.rows<std::byte>() + (static_cast<size_t>(slots[i]) * table.stride() + first) * item,
                states.data.data() + i * values() * item, values() * item);
}

}  // namespace lacuna::optimizers

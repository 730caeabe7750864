// The rows of a weight, dense or a table.
#include "lacuna/tensor/weight_rows.h"

#include "lacuna/tensor/row_table.h"

namespace lacuna {

WeightRows::WeightRows(Tensor& value) : value_(&value) {
  if (value.storage() == Storage::row_table) {
    table_ = &value.table();
    width_ = table_->width();
    return;
  }
  const Shape& shape = value.dense().shape;
  for (size_t i = 1; i < shape.size(); ++i) width_ *= static_cast<size_t>(shape[i]);
}

size_t WeightRows::count() const {
  if (table_) return table_->slots();
  const Shape& shape = value_->dense().shape;
  return shape.empty() ? 1 : static_cast<size_t>(shape[0]);
}

size_t WeightRows::stride() const { return table_ ? table_->stride() : width_; }
int64_t WeightRows::id(size_t slot) const { return table_ ? table_->id(slot) : static_cast<int64_t>(slot); }
int64_t WeightRows::slot(int64_t id) const { return table_ ? table_->find(id) : id; }
bool WeightRows::holds(size_t slot) const { return !table_ || table_->touched(slot); }
bool WeightRows::slots_are_ids() const { return !table_ || table_->slots_are_ids(); }

std::optional<Draw> WeightRows::draw() const {
  return table_ ? std::optional<Draw>(table_->draw()) : std::nullopt;
}

void WeightRows::scale_others(double factor) const {
  if (table_ && factor != 1) table_->scale_others(factor);
}

template <class T>
T* WeightRows::values() const {
  return table_ ? table_->rows<T>() : reinterpret_cast<T*>(value_->dense().data.data());
}
template float* WeightRows::values<float>() const;
template double* WeightRows::values<double>() const;
template std::byte* WeightRows::values<std::byte>() const;

size_t WeightRows::place_of(const std::shared_ptr<const void>& owner, size_t values) const {
  return table_->states_of(owner, values);
}

}  // namespace lacuna

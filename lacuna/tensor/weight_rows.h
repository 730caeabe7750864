// The rows of a weight, dense or a table, as one view: optimizers, constraints, snapshots and files go
// through it. A slot is where a row stands in memory; of a dense weight slots are ids.
//
// A weight that is sharded over machines holds some of its rows on each. A shard overrides count, id and
// slot; whatever stands beside a row or follows it (states, missed steps, constraints) goes by slots, and
// stays as it is.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "lacuna/base/random.h"
#include "lacuna/tensor/tensor.h"

namespace lacuna {

class WeightRows {
 public:
  // Of a dense tensor or a table, which must outlive this; rows that a table makes later are seen.
  explicit WeightRows(Tensor& value);

  size_t count() const;                    // Slots of rows that stay.
  size_t width() const { return width_; }  // Values of a row.
  size_t stride() const;                   // Values from a slot to the next.
  DType dtype() const { return value_->dtype(); }

  int64_t id(size_t slot) const;
  int64_t slot(int64_t id) const;  // -1 where no slot holds that row.
  bool holds(size_t slot) const;   // Whether the row was ever touched; all of a dense weight are.
  bool slots_are_ids() const;
  // How the other rows are made; of a dense weight none, which has no others.
  std::optional<Draw> draw() const;
  // A step has moved the others, which are drawn: they are drawn times a factor now.
  void scale_others(double factor) const;

  // The first value of slot 0. Valid until rows are made.
  template <class T>
  T* values() const;

  // Whether there is room beside each row for what an optimizer keeps of it; else the optimizer keeps arrays.
  bool have_room() const { return table_ != nullptr; }
  // Where in a row that room is: see RowTable::states_of.
  size_t place_of(const std::shared_ptr<const void>& owner, size_t values) const;

 private:
  Tensor* value_;
  RowTable* table_ = nullptr;
  size_t width_ = 1;
};

}  // namespace lacuna

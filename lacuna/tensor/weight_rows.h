// The rows of a weight, dense or a table, as one view: optimizers, constraints, snapshots and files go
// through it. A slot is the position of a row in memory; in a dense weight slots are ids.
//
// A weight that is sharded over machines would hold some of its rows on each. A shard would override count,
// id and slot; all that belongs to a row (states, missed steps, constraints) is found by slots and would not
// change.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "lacuna/base/random.h"
#include "lacuna/tensor/tensor.h"

namespace LACUNA_EXPORT lacuna {

class WeightRows {
 public:
  // The rows of a dense tensor or a table, which must outlive this. It sees rows that the table makes later.
  explicit WeightRows(Tensor& value);

  size_t count() const;                    // The number of slots of permanent rows.
  size_t width() const { return width_; }  // Values per row.
  size_t stride() const;                   // Values from a slot to the next.
  DType dtype() const { return value_->dtype(); }

  int64_t id(size_t slot) const;
  int64_t slot(int64_t id) const;  // -1 if no slot holds that row.
  bool holds(size_t slot) const;   // Whether the row was ever touched; all of a dense weight are.
  bool slots_are_ids() const;
  // How rows without a slot are made; none for a dense weight, which has no such rows.
  std::optional<Draw> draw() const;
  // A step has scaled the rows without a slot: from now on they are drawn times `factor`.
  void scale_others(double factor) const;

  // Points to the first value of slot 0. Valid until a row is made.
  template <class T>
  T* values() const;

  // Whether each row has room beside it for the states of an optimizer; else the optimizer keeps arrays.
  bool have_room() const { return table_ != nullptr; }
  // The position of that room in a row: see RowTable::states_of.
  size_t place_of(const std::shared_ptr<const void>& owner, size_t values) const;

 private:
  Tensor* value_;
  RowTable* table_ = nullptr;
  size_t width_ = 1;
};

}  // namespace lacuna

// The weight of `sparse_weight=True`: a table that makes a row when it is first touched, and holds only those
// rows. It maps the id of a row to a slot. The weight and the optimizer states of a row are adjacent, so that
// a row costs one access to memory. A small table holds all rows from the start, and slots are ids: nothing
// is looked up.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "lacuna/base/random.h"
#include "lacuna/tensor/behind.h"
#include "lacuna/tensor/spec.h"
#include "lacuna/tensor/tensor.h"

namespace LACUNA_EXPORT lacuna {

class RowSource;
class SlotIndex;

// Slots are assigned in the order of first touch; no result depends on them. Not thread-safe.
class RowTable {
 public:
  // A weight of shape (rows, …): up to 2^63 - 1 rows, none of which is held until touched. Untouched rows are
  // as `draw` makes them.
  RowTable(Shape shape, DType dtype, Draw draw);
  // A table that is only read: it holds no row, and each read copies rows from there, which must not be null.
  RowTable(Shape shape, DType dtype, std::shared_ptr<const RowSource> source);
  ~RowTable();
  RowTable(const RowTable&) = delete;
  RowTable& operator=(const RowTable&) = delete;

  const Shape& shape() const { return shape_; }
  DType dtype() const { return dtype_; }
  const Draw& draw() const { return draw_; }
  size_t width() const { return width_; }    // Values per row.
  size_t stride() const { return stride_; }  // Values from a slot to the next: weight and states, rounded up.
  size_t size() const { return size_; }      // Rows touched.
  bool slots_are_ids() const { return slots_are_ids_; }
  // The number of slots of permanent rows: the touched rows or, in a small table, all.
  size_t slots() const { return slots_are_ids_ ? static_cast<size_t>(shape_[0]) : size_; }
  // The slot of a touched row, else -1.
  int64_t find(int64_t id) const;
  // A slot that holds a read's copy of a touched row counts as touched.
  bool touched(size_t slot) const {
    return slots_are_ids_ ? marks_[slot] != 0 : slot < size_ || (slot < readable() && copied_[slot - size_]);
  }
  int64_t id(size_t slot) const { return slots_are_ids_ ? static_cast<int64_t>(slot) : ids_[slot]; }

  // The position in a row of the `values` values that `owner` (an optimizer) keeps beside the weight; they
  // are zero at first. The first call moves all rows to make room, and drops the values of owners that no
  // longer exist.
  size_t states_of(const std::shared_ptr<const void>& owner, size_t values);

  // Rows that an optimizer leaves behind: touch catches them up, read gives caught-up copies. Null: none.
  void set_behind(std::shared_ptr<Behind> behind) { behind_ = std::move(behind); }
  const std::shared_ptr<Behind>& behind() const { return behind_; }

  // Writes the slots of the ids. New rows are made: their weight is drawn, their states are zero. Ids must be
  // in range.
  void touch(std::span<const int64_t> ids, std::span<int32_t> slots);
  void touch(std::span<const int32_t> ids, std::span<int32_t> slots);

  // The same for reading, which does not change the table: untouched rows are drawn into slots beyond
  // slots(), which are valid until forget_reads() or touch.
  void read(std::span<const int64_t> ids, std::span<int32_t> slots);
  void read(std::span<const int32_t> ids, std::span<int32_t> slots);

  void forget_reads();

  // begin_step begins a training step. If the step fails, take_back makes the rows that it touched untouched
  // again, and undoes what rows caught up.
  void begin_step();
  void take_back() noexcept;

  // Touches all rows. Throws if there are 2^31 or more.
  void touch_all();
  // Whether all rows are touched, or the untouched ones are zero.
  bool others_are_zero() const { return size_ == static_cast<size_t>(shape_[0]) || draw_.is_zero(); }
  // A training step has scaled the untouched rows: from now on they are drawn times `factor`.
  void scale_others(double factor);

  // The number of slots that may be read: slots() and the ones that reads drew.
  size_t readable() const { return slots() + drawn_; }

  // Points to the first value of slot 0; slot s starts at rows() + s * stride(). Valid until a row is made.
  template <class T>
  T* rows() {
    return reinterpret_cast<T*>(memory_);
  }
  template <class T>
  const T* rows() const {
    return reinterpret_cast<const T*>(memory_);
  }

  // The touched rows without their states: sorted by id, as `weight.rows()` returns them, or in the order of
  // slots.
  tensor::RowSparse to_row_sparse(bool sorted = true) const;
  // All rows, untouched ones as they would be drawn. Throws above `limit_bytes`; the error names
  // weight.rows().
  tensor::Dense to_dense(size_t limit_bytes = size_t{1} << 30) const;

  // Replaces the touched rows by those of a tensor of this shape. Rows that were touched before keep their
  // optimizer states, as in Keras; rows that the tensor lacks are untouched again.
  void assign(const tensor::RowSparse& rows);
  void assign(const tensor::RowSparse& rows,
              const Draw& draw);  // That of the table that the rows come from.

  // assign in two steps, so that several tables are assigned or none: only prepare may throw, and it changes
  // nothing. `rows` must live until assign.
  struct Assignment {
    const tensor::RowSparse* rows;
    Draw draw;
    std::vector<size_t> old{};        // Positions in rows of those that were touched before,
    std::vector<std::byte> states{};  // and the states that they keep.
    std::vector<int32_t> slots{};
  };
  Assignment prepare(const tensor::RowSparse& rows, const Draw& draw);
  void assign(Assignment assignment) noexcept;

  size_t bytes() const;  // In memory.

 private:
  struct Space {
    std::weak_ptr<const void> owner;
    size_t first, values;
  };
  void give_room(std::vector<Space> spaces);
  void reserve(size_t slots);
  void give_room_for(size_t rows);  // After it, adding up to so many does not throw.
  void make_row(size_t slot, int64_t id);
  void clear();                                // Forgets all rows.
  size_t add_row(int64_t id);                  // Returns its slot.
  size_t drawn_row(int64_t id);                // The same for a row that a read draws.
  size_t copied_row(int64_t id, size_t slot);  // The same for a caught-up copy.
  size_t read_slot();
  size_t read_slots(size_t count);  // Returns the first; nothing is known of them.
  void draw_all();
  std::vector<size_t> touched_slots(bool sorted) const;  // By id, or in order.
  template <class I>
  void mark(std::span<const I> ids);
  template <class I>
  void find_or_make(std::span<const I> ids, std::span<int32_t> slots);
  template <class I>
  void find_or_draw(std::span<const I> ids, std::span<int32_t> slots);

  Shape shape_;
  DType dtype_;
  Draw draw_;
  size_t width_ = 1, stride_ = 1;
  std::vector<Space> spaces_;  // In each row after the weight, in order.
  size_t size_ = 0, drawn_ = 0, capacity_ = 0;
  std::byte* memory_ = nullptr;
  bool slots_are_ids_ = false;
  std::shared_ptr<Behind> behind_;
  std::vector<uint8_t> copied_;              // For each slot that reads drew: 1 for a copy of a row.
  std::vector<uint8_t> marks_;               // Small table: in which step a row was first touched; 0: none.
  uint8_t step_ = 1;                         // The current step; all steps long ago are 1.
  size_t size_before_ = 0;                   // size_ before the step.
  std::vector<int64_t> ids_;                 // Large table: the id of each slot.
  std::unique_ptr<SlotIndex> index_;         // The slots of touched rows.
  std::unique_ptr<SlotIndex> drawn_index_;   // The slots of rows that reads drew.
  std::shared_ptr<const RowSource> source_;  // Null for a table of its own rows.
};

}  // namespace lacuna

// The rows of a weight that were touched, made on first touch: what `sparse_weight=True` means. From row id
// to slot; weight and optimizer state of a row stand side by side, so that a row costs one meeting with
// memory. A small table holds all rows from the start, and slots are ids: nothing is looked up.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "lacuna/base/random.h"
#include "lacuna/tensor/behind.h"
#include "lacuna/tensor/spec.h"
#include "lacuna/tensor/tensor.h"

namespace lacuna {

class SlotIndex;

// Slots are dealt in the order of asking, by one thread; no result depends on them. Not for two threads at a
// time.
class RowTable {
 public:
  // A weight of shape (rows, …): rows up to 2^63 - 1, none of them held until touched. Untouched ones are as
  // `draw` makes them.
  RowTable(Shape shape, DType dtype, Draw draw);
  ~RowTable();
  RowTable(const RowTable&) = delete;
  RowTable& operator=(const RowTable&) = delete;

  const Shape& shape() const { return shape_; }
  DType dtype() const { return dtype_; }
  const Draw& draw() const { return draw_; }
  size_t width() const { return width_; }    // Values a row.
  size_t stride() const { return stride_; }  // Values from a slot to the next: weight and states, rounded up.
  size_t size() const { return size_; }      // Rows touched.
  bool slots_are_ids() const { return slots_are_ids_; }
  // Slots that hold rows which stay: those touched or, in a small table, all.
  size_t slots() const { return slots_are_ids_ ? static_cast<size_t>(shape_[0]) : size_; }
  // The slot of a touched row, else -1.
  int64_t find(int64_t id) const;
  // Slots that hold a copy of a touched row for a read count as touched.
  bool touched(size_t slot) const {
    return slots_are_ids_ ? marks_[slot] != 0 : slot < size_ || (slot < readable() && copied_[slot - size_]);
  }
  int64_t id(size_t slot) const { return slots_are_ids_ ? static_cast<int64_t>(slot) : ids_[slot]; }

  // Where in a row the values are that `owner` (an optimizer) keeps beside each weight: `values` of them,
  // zero at first. The first time all rows move to make room; what owners that are gone have kept is dropped
  // then.
  size_t states_of(const std::shared_ptr<const void>& owner, size_t values);

  // Rows that an optimizer leaves behind: touch brings them up to date, reads get copies that are. Null:
  // none.
  void set_behind(std::shared_ptr<Behind> behind) { behind_ = std::move(behind); }
  const std::shared_ptr<Behind>& behind() const { return behind_; }

  // The slots of ids, which are made when new: weight drawn, states zero. Ids must be in range.
  void touch(std::span<const int64_t> ids, std::span<int32_t> slots);
  void touch(std::span<const int32_t> ids, std::span<int32_t> slots);

  // The same for reading, which leaves the table as it is: rows of unknown ids are drawn in slots beyond
  // slots(), which hold until forget_reads() or touch.
  void read(std::span<const int64_t> ids, std::span<int32_t> slots);
  void read(std::span<const int32_t> ids, std::span<int32_t> slots);

  void forget_reads();

  // A step of training begins: take_back makes the rows that it touches untouched again, and what they caught
  // up undone, if the step fails.
  void begin_step();
  void take_back() noexcept;

  // Touches all rows. Throws where they are 2^31 or more.
  void touch_all();
  // Whether it holds all rows, or those that it does not are zero.
  bool others_are_zero() const { return size_ == static_cast<size_t>(shape_[0]) || draw_.is_zero(); }
  // A step of training has moved rows that were never touched: from now on they are drawn times a factor.
  void scale_others(double factor);

  // Slots that may be read: slots() and the ones that reads drew.
  size_t readable() const { return slots() + drawn_; }

  // First value of slot 0; slot s starts at + s * stride(). Valid until rows are made.
  template <class T>
  T* rows() {
    return reinterpret_cast<T*>(memory_);
  }
  template <class T>
  const T* rows() const {
    return reinterpret_cast<const T*>(memory_);
  }

  // Touched rows without their states, sorted by id: what `weight.rows()` gives; else in the order of slots.
  tensor::RowSparse to_row_sparse(bool sorted = true) const;
  // All rows, untouched ones as they would be drawn. Throws above `limit_bytes`, naming weight.rows().
  tensor::Dense to_dense(size_t limit_bytes = size_t{1} << 30) const;

  // Replaces the touched rows by those of a tensor of this shape. Of these the ones that
  // were touched before keep their states, as Keras' optimizers do; others are untouched again.
  void assign(const tensor::RowSparse& rows);
  void assign(const tensor::RowSparse& rows,
              const Draw& draw);  // As the table was that they were taken from.

  // assign in two halves, for who has several tables to assign, or none: only the first may throw, and it
  // changes nothing. `rows` must live until the second.
  struct Assignment {
    const tensor::RowSparse* rows;
    Draw draw;
    std::vector<size_t> old{};        // Places in rows of those that were touched before,
    std::vector<std::byte> states{};  // and what they keep.
    std::vector<int32_t> slots{};
  };
  Assignment prepare(const tensor::RowSparse& rows, const Draw& draw);
  void assign(Assignment assignment) noexcept;

  size_t bytes() const;  // Held in memory.

 private:
  struct Space {
    std::weak_ptr<const void> owner;
    size_t first, values;
  };
  void give_room(std::vector<Space> spaces);
  void reserve(size_t slots);
  void give_room_for(size_t rows);  // Which may then be added without a throw.
  void make_row(size_t slot, int64_t id);
  void clear();                                // Forgets all rows.
  size_t add_row(int64_t id);                  // Its slot.
  size_t drawn_row(int64_t id);                // The same of a row that a read draws.
  size_t copied_row(int64_t id, size_t slot);  // The same of one that is behind.
  size_t read_slot();
  void draw_all();
  std::vector<size_t> touched_slots(bool sorted) const;  // By id, or as they are.
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
  std::vector<Space> spaces_;  // Of a row, in order, behind the weight.
  size_t size_ = 0, drawn_ = 0, capacity_ = 0;
  std::byte* memory_ = nullptr;
  bool slots_are_ids_ = false;
  std::shared_ptr<Behind> behind_;
  std::vector<uint8_t> copied_;             // Of the slots that reads drew: which are copies.
  std::vector<uint8_t> marks_;              // Of a small table: by which step a row was touched; 0: none.
  uint8_t step_ = 1;                        // That of now; steps long ago are 1.
  size_t size_before_ = 0;                  // The step.
  std::vector<int64_t> ids_;                // Of the slots of a large one.
  std::unique_ptr<SlotIndex> index_;        // Of touched rows.
  std::unique_ptr<SlotIndex> drawn_index_;  // Of the rows that reads drew.
};

}  // namespace lacuna

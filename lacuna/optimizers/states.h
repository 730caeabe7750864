// What an optimizer keeps for one weight: its states, and, if rows may be left behind, the step that each row
// has reached.
#pragma once
#include <memory>
#include <span>
#include <vector>

#include "lacuna/graph/variable.h"
#include "lacuna/optimizers/rule.h"
#include "lacuna/tensor/weight_rows.h"

namespace LACUNA_EXPORT lacuna {
namespace optimizers {

class States final : public Behind {
 public:
  // owner: identifies the optimizer, whose states have a place of their own in the rows of a table. exact:
  // rows without a gradient move too.
  States(Variable& weight, std::shared_ptr<const Rule> rule, std::shared_ptr<const void> owner, bool exact);

  // The states of a dense weight.
  const std::vector<tensor::Dense>& arrays() const { return arrays_; }

  size_t count() const { return rows_.count(); }
  // Whether a step may leave rows behind.
  bool may_wait() const { return !rows_.have_room() || marked_; }
  // Makes room for states in the rows of a table, which may move all rows in memory. After this, rows() does
  // not throw.
  void make_room() {
    if (rows_.have_room()) place();
  }
  // Where the weight and its states are. Valid until the table gets new rows.
  template <class T>
  kernels::UpdateRows<T> rows();
  // Where the first row of a table of one unit has room for a number, which every row has; null for others.
  template <class T>
  T* numbers();

  // Marks all rows as current; from now on they may be left behind. make_room_behind must come first: it
  // allocates the memory, so that neither this, nor a step, nor settle throws.
  void start();
  void make_room_behind();
  // Records a step that moved these rows, which were current, and that the other rows have missed.
  void stepped(std::span<const int64_t> rows, double rate, double t);
  // Whether the history is full, so that all rows must be settled before another step.
  bool is_full() const { return history_.steps == History::kLongest; }
  // The number of rows caught up so far; a row counts each time.
  size_t caught_up_rows() const { return caught_up_rows_; }

  void catch_up(std::span<const int32_t> rows) override { bring_up(rows); }
  void catch_up(std::span<const int64_t> rows) override { bring_up(rows); }
  void settle() override;
  void begin_step() override;
  void take_back() noexcept override;
  // The step will now succeed, so there is nothing left to take back.
  void end_step() { in_step_ = false; }
  bool is_behind(size_t row) const override;
  void read(std::span<const size_t> rows, std::byte* to) override;
  const Tensor* caught_up() override;

  // All states as if caught up, for saving: the arrays of a dense weight; for a table one tensor, (rows,
  // values beside the weight), of its touched rows in the order of slots. Empty if there are no states.
  std::vector<Tensor> copy();
  // Sets the states. The weight must already have the values that go with them, and no row may be behind.
  void assign(const std::vector<Tensor>& states);
  std::vector<Spec> specs() const;  // Of the states.

  // The rows that are behind, without catching them up, so that training continues from a file with the same
  // bits. Empty if all rows are current; else four tensors: these rows with their states, by id; how many
  // steps of the history each has taken; the rate and number of each step of the history; and History::glide.
  std::vector<Tensor> copy_behind() const;
  void assign_behind(const std::vector<Tensor>& behind);  // After assign.
  std::vector<Spec> behind_specs() const;

 private:
  // For each row: 1 + how many steps of the history it has taken; 0: the row is new.
  struct Marks {
    int32_t* first;
    size_t stride;
    int32_t& operator[](size_t row) const { return first[row * stride]; }
  };
  Marks marks() const;
  size_t values() const;  // In a row of the table, beside the weight.
  size_t place() const;   // Where these values start in a row.
  template <class T, class Use>
  void each_current(std::span<const size_t> rows, const Use& use);
  template <class I>
  void bring_up(std::span<const I> rows);
  template <class I>
  void bring_up_some(std::span<const I> rows);
  void take_missed(size_t count);  // By the first `count` rows of ids_.
  void keep_for_take_back(size_t count);
  void make_room_before(size_t rows);
  // copy(row, kept, n) for the weight and each state of rows that are kept for take_back.
  template <class Copy>
  void each_kept(size_t first, size_t count, const Copy& copy);
  void log(double rate, double t);

  Variable& weight_;
  WeightRows rows_;
  std::shared_ptr<const Rule> rule_;
  std::shared_ptr<const void> owner_;
  size_t state_width_ = 0;                  // Values of a state in a row.
  bool numbered_ = false, marked_ = false;  // Whether rows of a table have room for a number, a mark.
  std::vector<tensor::Dense> arrays_;
  std::vector<int32_t> at_;  // The marks of a dense weight.
  History history_;
  std::vector<int64_t> ids_;  // Rows to be caught up, and in from_ the steps that they have taken.
  std::vector<int32_t> from_;
  // Rows that were caught up in this step of training, as they were before it: their numbers, steps and
  // values.
  struct Before {
    std::vector<int64_t> rows;
    std::vector<int32_t> from;
    Buffer values;
    size_t count = 0;
  } before_;
  bool in_step_ = false;
  Buffer some_;       // Copies of a few rows and their states.
  Tensor caught_up_;  // The copy for readers, made at step copied_at_.
  int64_t now_ = 0, copied_at_ = -1;
  size_t caught_up_rows_ = 0;
};

}  // namespace optimizers
}  // namespace lacuna

// What an optimizer keeps of one weight: states beside its values, and, where rows are left behind, the step
// that each row is at.
#pragma once
#include <memory>
#include <span>
#include <vector>

#include "lacuna/graph/variable.h"
#include "lacuna/optimizers/rule.h"
#include "lacuna/tensor/weight_rows.h"

namespace lacuna::optimizers {

class States final : public Behind {
 public:
  // owner: whose room in the rows of a table it is. exact: rows without a gradient move.
  States(Variable& weight, std::shared_ptr<const Rule> rule, std::shared_ptr<const void> owner, bool exact);

  // Of a dense weight, in the order of state arrays.
  const std::vector<tensor::Dense>& arrays() const { return arrays_; }

  size_t count() const { return rows_.count(); }
  // Whether a step may leave rows behind.
  bool may_wait() const { return !rows_.have_room() || marked_; }
  // Room for states beside the rows of a table, for which all of them may move; after it rows() does not
  // throw.
  void make_room() {
    if (rows_.have_room()) place();
  }
  // Where they are now; rows of a table move when new ones are made.
  template <class T>
  kernels::UpdateRows<T> rows();
  // Room for a number in the first row of a table of one unit; null in others.
  template <class T>
  T* numbers();

  // From now on rows may be left behind; so far all are current. What they need is made by make_room_behind,
  // after which neither this nor a step, nor settling throws.
  void start();
  void make_room_behind();
  // A step moved these rows, which were current, and would have moved all others.
  void stepped(std::span<const int64_t> rows, double rate, double t);
  // How many steps may yet be taken before all rows must be settled.
  bool is_full() const { return history_.steps == History::kLongest; }
  // How often a row has been caught up.
  size_t caught_up_rows() const { return caught_up_rows_; }

  void catch_up(std::span<const int32_t> rows) override { bring_up(rows); }
  void catch_up(std::span<const int64_t> rows) override { bring_up(rows); }
  void settle() override;
  void begin_step() override;
  void take_back() noexcept override;
  // A step is sure to be done: there is nothing to take back any more.
  void end_step() { in_step_ = false; }
  bool is_behind(size_t row) const override;
  void read(std::span<const size_t> rows, std::byte* to) override;
  const Tensor* caught_up() override;

  // All states as they would be, for saving: of a dense weight its arrays; of a table one tensor, (rows,
  // values beside the weight), of its touched rows in the order of slots. None where there are no states.
  std::vector<Tensor> copy();
  // The same back, where the weight holds what goes with them and no row is behind.
  void assign(const std::vector<Tensor>& states);
  std::vector<Spec> specs() const;  // Theirs.

  // Rows that are behind, as they are, so that training goes on from a file with the same bits. None where
  // all are current; else four tensors: the rows with their states, by id; how many steps each has taken
  // since all were current; rate and number of these steps; how far they carry (History::glide).
  std::vector<Tensor> copy_behind() const;
  void assign_behind(const std::vector<Tensor>& behind);  // After assign.
  std::vector<Spec> behind_specs() const;

 private:
  // The step that a row is at, from 1; 0: the row is new. Steps are those of the history.
  struct Marks {
    int32_t* first;
    size_t stride;
    int32_t& operator[](size_t row) const { return first[row * stride]; }
  };
  Marks marks() const;
  size_t values() const;  // Of a row of the table, beside the weight.
  size_t place() const;   // Where they are.
  template <class T, class Use>
  void each_current(std::span<const size_t> rows, const Use& use);
  template <class I>
  void bring_up(std::span<const I> rows);
  template <class I>
  void bring_up_some(std::span<const I> rows);
  void take_missed(size_t count);  // Of the first rows of ids_.
  void keep_for_take_back(size_t count);
  void make_room_before(size_t rows);
  // copy(row, kept) for weight and states of a row that is kept for take_back.
  template <class Copy>
  void each_kept(size_t first, size_t count, const Copy& copy);
  void log(double rate, double t);

  Variable& weight_;
  WeightRows rows_;
  std::shared_ptr<const Rule> rule_;
  std::shared_ptr<const void> owner_;
  size_t state_width_ = 0;                  // Values a state has in a row.
  bool numbered_ = false, marked_ = false;  // Whether a row of the table has room for a number, for a mark.
  std::vector<tensor::Dense> arrays_;
  std::vector<int32_t> at_;  // The marks of a dense weight.
  History history_;
  std::vector<int64_t> ids_;  // Rows to be caught up, and the steps that they are at.
  std::vector<int32_t> from_;
  // Rows that this step of training caught up, as they were before: their numbers, steps and values.
  struct Before {
    std::vector<int64_t> rows;
    std::vector<int32_t> from;
    Buffer values;
    size_t count = 0;
  } before_;
  bool in_step_ = false;
  Buffer some_;       // Copies of a few rows and their states.
  Tensor caught_up_;  // The copy for readers, and the step it is of.
  int64_t now_ = 0, copied_at_ = -1;
  size_t caught_up_rows_ = 0;
};

}  // namespace lacuna::optimizers

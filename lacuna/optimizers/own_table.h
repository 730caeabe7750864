// The rows of a table as the updates of one's own optimizer see them: copies of the rows of a step and of
// their states, which lie beside them in the table.
#pragma once
#include <memory>
#include <span>
#include <vector>

#include "lacuna/graph/update.h"

namespace lacuna::optimizers {

// A state of a table: a variable that holds the rows of a step. A row that was never in a step has `first`.
struct OwnState {
  VariablePtr variable{};
  double first = 0;
};

// For each state, the index of the param whose updates use it; params.size() if none does. Throws
// InvalidArgument if those of two tables do: their rows are not the same.
std::vector<size_t> owners_of(const std::vector<Update>& updates, const std::vector<VariablePtr>& params,
                              const std::vector<Symbol>& gradients, const std::vector<OwnState>& states);

// Writes a gradient, whole, times factor and within the limit, to a dense tensor: all rows of the weight, or
// those that a row_sparse gradient has.
void write_dense(const Tensor& gradient, bool all_rows, const Variable& weight, double factor, double limit,
                 Tensor& to);

class OwnTable {
 public:
  // rows: the variable that holds the rows of a step.
  OwnTable(VariablePtr weight, VariablePtr rows, std::vector<OwnState> states,
           std::shared_ptr<const void> owner);

  // Copies rows to the variables, and back. gather may allocate; scatter does not throw.
  void gather(std::span<const int64_t> slots);
  void scatter(std::span<const int64_t> slots);

  // The values of the states in a row of the table.
  size_t values() const { return states_.size() * width_ + (marked_ ? 1 : 0); }
  // The states of the touched rows, (rows, values), for saving.
  Tensor copy() const;
  Spec spec() const;
  void assign(const tensor::RowSparse& states) const;

 private:
  template <class T, class Copy>
  void each(std::span<const int64_t> slots, const Copy& copy);
  size_t place() const;

  VariablePtr weight_, rows_;
  std::vector<OwnState> states_;
  std::shared_ptr<const void> owner_;
  size_t width_;
  bool marked_ =
      false;  // A row has a mark that is 0 until its states are first written, as some do not begin at 0.
};

}  // namespace lacuna::optimizers

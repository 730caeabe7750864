// A Variable is a weight or another value that outlives a step: a dense or csr tensor, or a table of rows.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "lacuna/base/random.h"
#include "lacuna/graph/symbol.h"
#include "lacuna/graph/turn.h"
#include "lacuna/tensor/behind.h"
#include "lacuna/tensor/nearest.h"
#include "lacuna/tensor/tensor.h"

namespace LACUNA_EXPORT lacuna {

class Variable {
 public:
  // A dense value is drawn at once; a row_table makes its rows when they are touched.
  Variable(std::string name, const Spec& spec, const Draw& draw);
  Variable(std::string name, Tensor value);  // Takes over a dense or csr tensor.
  // Holds as many rows as whoever runs a plan puts there, none at first. spec: dense, of shape (-1, …).
  Variable(std::string name, const Spec& spec);
  ~Variable();
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

  const std::string& name() const { return name_; }
  const Spec& spec() const { return spec_; }
  bool is_table() const { return spec_.storage == Storage::row_table; }
  // Whether it is a weight of a layer; a network that reads it must contain that layer.
  bool is_weight() const { return is_weight_; }
  void set_weight() { is_weight_ = true; }

  // The lock of the value. Functions that copy or replace the whole value take it themselves; callers of
  // value() and behind() must hold it.
  const Turn& turn() const { return turn_; }
  Tensor& value() { return value_; }
  const Tensor& value() const { return value_; }

  // Rows that an optimizer has left behind; null: none. A training step catches up the rows that it reads;
  // other readers must use to_dense(), copy() or behind()->caught_up() in place of value().
  const std::shared_ptr<Behind>& behind() const { return behind_; }
  void set_behind(std::shared_ptr<Behind> behind);

  // A copy of all that it holds: dense values, or the touched rows of a table.
  Tensor copy() const;
  // A copy of all values as one array. A table above 1 GiB is an error that names weight.rows().
  tensor::Dense to_dense() const;
  // Replaces the values: same shape, any float dtype. Rows that a table had before keep their optimizer
  // states.
  void assign(const tensor::Dense& values);
  // The same for a tensor of the variable's storage: a csr one may get another pattern.
  void assign(const Tensor& values);

  // The k rows that are most like row `id`, the most alike first, without itself; of a table among the rows
  // that were touched. See tensor/nearest.h, which tells the errors. Waits for the variable's turn.
  std::vector<Neighbour> nearest(int64_t id, int64_t k = 10, Likeness likeness = Likeness::cosine);

  // The value of a scalar variable, such as a learning rate.
  double scalar() const;
  void set_scalar(double value);

  // Bytes in memory; for a table with the optimizer states beside its rows.
  size_t bytes() const;

 private:
  Turn turn_{};
  std::string name_;
  Spec spec_;
  bool is_weight_ = false;
  Tensor value_;
  std::shared_ptr<Behind> behind_{};
};

using VariablePtr = std::shared_ptr<Variable>;

// The symbol that reads it.
Symbol read(const VariablePtr& variable);
// The variable that a symbol reads, or null.
VariablePtr variable_of(const Symbol& symbol);

// Joins a turn with those of variables, or of all variables that symbols depend on.
void join(const Turn& turn, const std::vector<VariablePtr>& variables);
void join(const Turn& turn, const std::vector<Symbol>& symbols);
// Joins the turns of variables, and takes the resulting one.
[[nodiscard]] Turn::Held take_turn(const std::vector<VariablePtr>& variables);

// A value that is given at each run.
Symbol placeholder(const Spec& spec, const std::string& name);
bool is_placeholder(const Symbol& symbol);
std::string placeholder_name(const Symbol& symbol);

// A value that never changes, dense or csr.
Symbol constant(Tensor value);
Symbol constant(double value, DType dtype);      // A scalar: shape ().
const Tensor* constant_value(const Node& node);  // Null for other nodes.

}  // namespace lacuna

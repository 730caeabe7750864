// Values of symbols: K.eval and K.function.
#pragma once
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lacuna/base/forks.h"
#include "lacuna/data/array.h"
#include "lacuna/data/rows.h"
#include "lacuna/graph/plan.h"
#include "lacuna/graph/update.h"
#include "lacuna/graph/variable.h"

namespace lacuna::backend {

// The value of a symbol that depends on variables and constants alone, in its own storage and memory. Throws
// InvalidArgument where it depends on a placeholder.
Tensor eval(const Symbol& x);

// A placeholder that says, as an input of a Function, whether it runs as in training: 0 or 1.
Symbol learning_phase();

// Outputs for values of inputs, which are placeholders: Function f({x}, {dot(x, w)}); f({values}). A run
// takes the turn of the variables that it reads or updates.
class Function {
 public:
  // updates: done after each run, in order.
  Function(std::vector<Symbol> inputs, std::vector<Symbol> outputs, std::vector<Update> updates = {});

  // A value for each input, dense or csr as its symbol is, of any dtype. Throws InvalidArgument where they do
  // not fit. Results have memory of their own.
  std::vector<Tensor> operator()(const std::vector<Array>& values);

 private:
  Turn turn_{};
  std::vector<Symbol> inputs_;
  size_t outputs_;
  std::vector<Update> updates_;
  Plan predicts_, trains_;
  int64_t steps_ = 0;  // Runs as in training: each has masks of its own.
  uint64_t seed_ = 0;  // Beside the keys of layers, which tell functions of different models apart.
  uint64_t forks_ = forks_without_seed();
};

// The value as `wanted` says: dtype and storage; csr sorted and unique. `name` starts the messages.
Tensor converted(const Tensor& value, const Spec& wanted, const std::string& name);

}  // namespace lacuna::backend

// Computes values of symbols: K.eval and K.function.
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

namespace LACUNA_EXPORT lacuna {
namespace backend {

// The value of a symbol that depends only on variables and constants: a copy, in the symbol's storage. Each
// call draws random numbers anew. Throws InvalidArgument if it depends on a placeholder.
Tensor eval(const Symbol& x);

// A placeholder that may be an input of a Function: its value, 0 or 1, says whether ops run as in training.
Symbol learning_phase();

// Computes outputs from values of inputs, which are placeholders: Function f({x}, {dot(x, w)}); f({values}).
// Thread-safe: a run takes the turn (graph/turn.h) of the variables that it reads or updates.
class Function {
 public:
  // updates: done after each run, in order; before them endings, such as Optimizer::as_ending.
  Function(std::vector<Symbol> inputs, std::vector<Symbol> outputs, std::vector<Update> updates = {},
           std::vector<Ending> endings = {});

  // Takes a value of any dtype for each input. A dense symbol takes dense values, a csr symbol both. Throws
  // InvalidArgument if they do not fit. Results are copies.
  std::vector<Tensor> operator()(const std::vector<Array>& values);

 private:
  void run_endings(Plan& plan);

  Turn turn_{};
  std::vector<Symbol> inputs_;
  size_t outputs_;
  std::vector<Update> updates_;
  std::vector<Ending> endings_;
  UpdateValues update_values_{};
  bool trains_unless_told_;  // Without learning_phase among the inputs: see set_learning_phase.
  Plan predicts_, trains_;
  int64_t steps_ = 0;  // Runs so far: each has its own dropout masks and random numbers.
  uint64_t seed_ = 0;  // 0 until a fork: layers have random keys of their own.
  uint64_t forks_ = forks_without_seed();
};

// The value in the dtype and storage of `wanted`; csr becomes sorted and unique. `name` starts the messages.
Tensor converted(const Tensor& value, const Spec& wanted, const std::string& name);

}  // namespace backend
}  // namespace lacuna

// Updates of variables other than trained weights, such as moving averages and counters: Keras' K.update.
#pragma once
#include <functional>
#include <span>
#include <vector>

#include "lacuna/graph/variable.h"

namespace LACUNA_EXPORT lacuna {

// variable <- momentum variable + (1 - momentum) value, at the end of the step. The value is of the
// variable's shape and dtype, dense, as the variable is.
struct Update {
  VariablePtr variable{};
  Symbol value{};
  double momentum = 0;
};

// Throws InvalidArgument unless the value fits.
Update update(const VariablePtr& variable, const Symbol& value, double momentum = 0);

// What the end of a run does besides updates, such as a step of an optimizer.
struct Ending {
  std::vector<Symbol> values{};          // What it needs to be computed.
  std::vector<VariablePtr> variables{};  // What it changes or reads.
  // Called with the values. If it throws, it has changed nothing.
  std::function<void(std::span<const Tensor* const> values)> run{};
};

// Values for updates that one run has computed. None is lost where an update changes the variable that is
// itself the value of a later one.
class UpdateValues {
 public:
  // To be called after the run, before the first update: value(i) is that of update i. May allocate, at
  // first.
  void keep(std::span<const Update> updates, const std::function<const Tensor&(size_t)>& value);
  const Tensor& operator[](size_t i) const { return *values_[i]; }

 private:
  std::vector<const Tensor*> values_{};
  std::vector<Tensor> copies_{};
};

// Applies the update, with the value that the step computed.
void apply_update(const Update& update, const Tensor& value);

}  // namespace lacuna

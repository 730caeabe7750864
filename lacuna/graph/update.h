// What a step changes beside the weights that learn: moving averages, counters. Keras' K.update.
#pragma once
#include "lacuna/graph/variable.h"

namespace lacuna {

// variable <- momentum variable + (1 - momentum) value, when the step is over. The value is of the variable's
// shape and dtype, dense, as the variable is.
struct Update {
  VariablePtr variable{};
  Symbol value{};
  double momentum = 0;
};

// Throws InvalidArgument unless the value fits.
Update update(const VariablePtr& variable, const Symbol& value, double momentum = 0);

// What a step does of it, with the value of that step.
void apply_update(const Update& update, const Tensor& value);

}  // namespace lacuna

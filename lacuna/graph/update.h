// Updates of variables other than trained weights, such as moving averages and counters: Keras' K.update.
#pragma once
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

// Applies the update, with the value that the step computed.
void apply_update(const Update& update, const Tensor& value);

}  // namespace lacuna

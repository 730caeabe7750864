// A variable of a layer that is traced for shapes alone (layers/sketch.h) has a shape and no values.
#pragma once
#include "lacuna/graph/variable.h"

namespace lacuna {

// Throws InvalidArgument for such a variable: to be called before values are read.
void require_values(const Variable& variable);

}  // namespace lacuna

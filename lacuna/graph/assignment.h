// New values of several variables at once.
#pragma once
#include <optional>
#include <vector>

#include "lacuna/graph/variable.h"

namespace lacuna {

// The new value of a variable: a dense value of its shape, or for a table its rows and how other rows are
// drawn. Rows and a draw may also be given for a dense variable: they are expanded to all rows.
struct Assignment {
  Variable* variable;
  Tensor value{};
  std::optional<Draw> draw{};
};

// Assigns all or none: if there is no memory, no variable has changed. Rows that a table had before and still
// has keep their optimizer states. Callers must hold the turn of all variables.
void assign(std::vector<Assignment> all);

}  // namespace lacuna

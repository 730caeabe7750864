// New values of several variables at once.
#pragma once
#include <optional>
#include <vector>

#include "lacuna/graph/variable.h"

namespace lacuna {

// What a variable is to hold: a dense value of its shape, or of a table its rows and how others are drawn.
// Rows with a draw for a variable that is no table give all of its rows.
struct Assignment {
  Variable* variable;
  Tensor value{};
  std::optional<Draw> draw{};
};

// All or none: where memory is lacking no variable has changed. Optimizers keep the states of rows that a
// table had and still has. Whoever calls has the turn of all of them.
void assign(std::vector<Assignment> all);

}  // namespace lacuna

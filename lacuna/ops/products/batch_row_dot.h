// Multiplies each row of the batch by a matrix of its own.
#pragma once
#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

// x (batch, n), y (batch, n, m) or, where axis is 2, (batch, m, n) -> (batch, m), dense: row i of x is
// multiplied by matrix i of y. x may be csr.
Symbol batch_row_dot(const Symbol& x, const Symbol& y, int axis = 1);

}  // namespace lacuna

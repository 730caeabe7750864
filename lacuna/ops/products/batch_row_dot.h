// Each row of the batch by a matrix of its own.
#pragma once
#include "lacuna/graph/symbol.h"

namespace lacuna {

// Each row by a matrix of its own: x (batch, n), y (batch, n, m) or, where axis is 2, (batch, m, n) ->
// (batch, m), dense. x may be csr.
Symbol batch_row_dot(const Symbol& x, const Symbol& y, int axis = 1);

}  // namespace lacuna

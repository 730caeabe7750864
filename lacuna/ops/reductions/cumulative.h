// Sums and products of what stands before, along an axis.
#pragma once
#include "lacuna/graph/symbol.h"

namespace lacuna {

// Sums and products of all places of an axis up to each, y[…, i, …] = Σ_{j ≤ i} x[…, j, …]; dense, of any
// rank from 1 on. reverse: from each place on. Integers keep their dtype and wrap round, where NumPy makes
// int64 of int32; a gradient flows of floats.
Symbol cumsum(const Symbol& x, int axis = 0, bool reverse = false);
Symbol cumprod(const Symbol& x, int axis = 0);

}  // namespace lacuna

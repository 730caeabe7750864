// Cumulative sums and products along an axis.
#pragma once
#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

// Sums and products of all values up to each, y[…, i, …] = Σ_{j ≤ i} x[…, j, …]; dense, of rank 1 or more.
// reverse: of all values from each on. Integers keep their dtype and wrap round (NumPy would make int64 of
// int32). A gradient flows for floats.
Symbol cumsum(const Symbol& x, int axis = 0, bool reverse = false);
Symbol cumprod(const Symbol& x, int axis = 0);

}  // namespace lacuna

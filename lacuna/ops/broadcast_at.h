#pragma once
#include "lacuna/ops/reduce.h"

namespace lacuna {

// broadcast_like at the entries of a csr or row_sparse tensor alone, whose pattern the result has: what the
// gradient of a sparse operand is made of. x is dense, or sparse of the shape of `like` (0 where it has no
// entry). `average` divides by the number of elements of `like` (stored or not) that one of x becomes.
Symbol broadcast_at(const Symbol& x, const Symbol& like, const Axes& axes = {}, bool average = false);
// The same for a dense `like` too: all its elements.
Symbol spread_gradient(const Symbol& x, const Symbol& like, const Axes& axes, bool average);

}  // namespace lacuna

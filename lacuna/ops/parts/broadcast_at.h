// What is repeated along axes: all of it, or at the entries of a sparse tensor.
#pragma once
#include "lacuna/graph/symbol.h"
#include "lacuna/ops/parts/axes.h"

namespace lacuna {

// x (after missing axes of `like`'s shape are put back at `axes` as 1) repeated to the shape of `like`,
// dense.
Symbol broadcast_like(const Symbol& x, const Symbol& like, const Axes& axes = {});
// broadcast_like at the entries of a csr or row_sparse tensor alone, whose pattern the result has: what the
// gradient of a sparse operand is made of. x is dense, or sparse of the shape of `like` (0 where it has no
// entry). `average` divides by the number of elements of `like` (stored or not) that one of x becomes.
Symbol broadcast_at(const Symbol& x, const Symbol& like, const Axes& axes = {}, bool average = false);
// The same for a dense `like` too: all its elements.
Symbol spread_gradient(const Symbol& x, const Symbol& like, const Axes& axes, bool average);

}  // namespace lacuna

#pragma once
#include "lacuna/graph/symbol.h"

#include <optional>
#include <vector>

namespace lacuna {

// Over some axes (negative ones count from the end), or over all where none is named; `keepdims` leaves them
// as 1. Dense of any rank; csr: sum and mean over axis 0, 1 or all, to dense. mean divides by all elements,
// stored or not.
using Axes = std::vector<int>;
Symbol sum(const Symbol& x, const Axes& axes = {}, bool keepdims = false);
Symbol mean(const Symbol& x, const Axes& axes = {}, bool keepdims = false);
Symbol max(const Symbol& x, const Axes& axes = {}, bool keepdims = false);  // dense
Symbol argmax(const Symbol& x, int axis = -1);                              // int64, no gradient; dense

// x summed over the axes along which `like` was broadcast to the shape of x: the gradient of broadcasting.
Symbol sum_like(const Symbol& x, const Symbol& like);
// x (after missing axes of `like`'s shape are put back at `axes` as 1) repeated to the shape of `like`,
// dense.
Symbol broadcast_like(const Symbol& x, const Symbol& like, const Axes& axes = {});
// The sum of the squares of all stored entries, a scalar: dense, row_sparse.
Symbol sum_of_squares(const Symbol& x);

}  // namespace lacuna

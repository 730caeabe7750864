// Repeats a tensor along axes: everywhere, or only at the entries of a sparse tensor.
#pragma once
#include "lacuna/graph/symbol.h"
#include "lacuna/ops/parts/axes.h"

namespace lacuna {

// x repeated to the shape of `like`, dense. `axes` are axes of `like` that x lacks; they are first inserted
// into x with size 1.
Symbol broadcast_like(const Symbol& x, const Symbol& like, const Axes& axes = {});
// broadcast_like, only at the entries of a csr or row_sparse `like`; the result has its pattern. Gradients of
// sparse operands are made with it. x is dense, or sparse of the shape of `like` (0 where it has no entry).
// `average` divides by the number of elements of `like` (stored or not) to which one element of x is
// repeated.
Symbol broadcast_at(const Symbol& x, const Symbol& like, const Axes& axes = {}, bool average = false);
// The same, but `like` may also be dense: then the result is dense.
Symbol spread_gradient(const Symbol& x, const Symbol& like, const Axes& axes, bool average);

}  // namespace lacuna

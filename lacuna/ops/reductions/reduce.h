// What an axis, or all of a tensor, comes to: sum, mean, max, norm and others.
#pragma once
#include <optional>

#include "lacuna/graph/symbol.h"
#include "lacuna/ops/parts/axes.h"
#include "lacuna/ops/parts/sum.h"

namespace lacuna {

// Over some axes (negative ones count from the end), or over all where none is named; `keepdims` leaves
// them as 1. Dense of any rank; csr; row_sparse over its first axis, all others, or all. Elements that are
// not stored are zeros like any other, at the cost of the stored ones. Results are dense; sum, mean,
// square_sum, norm, max and min of row_sparse with keepdims and without axis 0 are row_sparse. The
// gradient of a sparse operand has its pattern. Of integers, dense or csr, sum and prod are int64, max and
// min of their dtype, mean, var and stddev of floatx, as NumPy has them; no gradient flows. Elements that
// tie for max and min share the gradient. Of no elements: sum 0, prod 1, mean NaN, max -inf, min inf; of
// integers max is the smallest and min the largest of their dtype.
// sum stands in lacuna/ops/parts/sum.h.
Symbol mean(const Symbol& x, const Axes& axes = {}, bool keepdims = false);
Symbol max(const Symbol& x, const Axes& axes = {}, bool keepdims = false);
Symbol min(const Symbol& x, const Axes& axes = {}, bool keepdims = false);
Symbol prod(const Symbol& x, const Axes& axes = {}, bool keepdims = false);
// Σ|x| (ord 1) or √Σx² (ord 2), whose gradient is 0 where it is 0.
Symbol norm(const Symbol& x, int ord = 2, const Axes& axes = {}, bool keepdims = false);
Symbol square_sum(const Symbol& x, const Axes& axes = {}, bool keepdims = false);
// The mean of (x - mean)², and its root.
Symbol var(const Symbol& x, const Axes& axes = {}, bool keepdims = false);
Symbol stddev(const Symbol& x, const Axes& axes = {}, bool keepdims = false);
// log Σ exp(x), without overflow.
Symbol logsumexp(const Symbol& x, const Axes& axes = {}, bool keepdims = false);
// The place of the largest or smallest along an axis, of the whole where none is named; of equal ones the
// first; a NaN is the largest and the smallest. int64, dense, no gradient.
Symbol argmax(const Symbol& x, std::optional<int> axis = -1, bool keepdims = false);
Symbol argmin(const Symbol& x, std::optional<int> axis = -1, bool keepdims = false);

// Whether any, or each, element is not 0: 1 or 0. Zeros that are not stored count.
Symbol any(const Symbol& x, const Axes& axes = {}, bool keepdims = false);
Symbol all(const Symbol& x, const Axes& axes = {}, bool keepdims = false);
// The sum of the squares of all stored entries, a scalar: dense, csr, row_sparse.
Symbol sum_of_squares(const Symbol& x);

}  // namespace lacuna

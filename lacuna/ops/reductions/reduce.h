// Reductions over axes or over all of a tensor: sum, mean, max, norm and others.
#pragma once
#include <optional>

#include "lacuna/graph/symbol.h"
#include "lacuna/ops/parts/axes.h"
#include "lacuna/ops/parts/sum.h"

namespace LACUNA_EXPORT lacuna {

// Reductions over some axes (negative ones count from the end), or over all where none is named; `keepdims`
// keeps reduced axes with size 1. sum is declared in lacuna/ops/parts/sum.h.
// Storage: dense of any rank; csr; row_sparse over its first axis, over all others, or over all. Elements
// that are not stored count as zeros, but the cost depends on the stored ones only. Results are dense, but
// sum, mean, square_sum, norm, max and min of row_sparse with keepdims and without axis 0 are row_sparse. The
// gradient of a sparse operand has its pattern.
// Integers, dense or csr: as in NumPy, sum and prod are int64, max and min have the dtype of x, and mean, var
// and stddev are floatx. No gradient flows.
// Elements that tie for max and min share the gradient. The result for no elements is 0 for sum, 1 for prod,
// NaN for mean, -inf for max and inf for min; for integers max is the smallest and min the largest of their
// dtype.
Symbol mean(const Symbol& x, const Axes& axes = {}, bool keepdims = false);
Symbol max(const Symbol& x, const Axes& axes = {}, bool keepdims = false);
Symbol min(const Symbol& x, const Axes& axes = {}, bool keepdims = false);
Symbol prod(const Symbol& x, const Axes& axes = {}, bool keepdims = false);
// Σ|x| (ord 1) or √Σx² (ord 2). The gradient is 0 where the norm is 0.
Symbol norm(const Symbol& x, int ord = 2, const Axes& axes = {}, bool keepdims = false);
Symbol square_sum(const Symbol& x, const Axes& axes = {}, bool keepdims = false);
// The mean of (x - mean)², and its root.
Symbol var(const Symbol& x, const Axes& axes = {}, bool keepdims = false);
Symbol stddev(const Symbol& x, const Axes& axes = {}, bool keepdims = false);
// log Σ exp(x), without overflow.
Symbol logsumexp(const Symbol& x, const Axes& axes = {}, bool keepdims = false);
// The position of the largest or smallest value along an axis, or in all of x where none is named. Of equal
// values the first counts; NaN counts as both largest and smallest. int64, dense, no gradient.
Symbol argmax(const Symbol& x, std::optional<int> axis = -1, bool keepdims = false);
Symbol argmin(const Symbol& x, std::optional<int> axis = -1, bool keepdims = false);

// Whether any, or each, element is not 0: 1 or 0. Zeros that are not stored count as elements.
Symbol any(const Symbol& x, const Axes& axes = {}, bool keepdims = false);
Symbol all(const Symbol& x, const Axes& axes = {}, bool keepdims = false);
// The sum of the squares of all stored entries, a scalar: dense, csr, row_sparse.
Symbol sum_of_squares(const Symbol& x);

}  // namespace lacuna

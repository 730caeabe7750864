// Reductions of integers.
#pragma once
#include "lacuna/ops/reductions/reduce.h"

namespace lacuna {

// sum, prod, max and min of integers, dense or csr, computed in int64; results are int64, dense. x: int64 or
// int32. For no elements: 0, 1, the smallest and the largest number of the dtype of x.
Symbol integer_sum(const Symbol& x, const Axes& axes, bool keepdims);
Symbol integer_prod(const Symbol& x, const Axes& axes, bool keepdims);
Symbol integer_max(const Symbol& x, const Axes& axes, bool keepdims);
Symbol integer_min(const Symbol& x, const Axes& axes, bool keepdims);

}  // namespace lacuna

// Sums over axes of a function of each element and of one number per result, for example a mean or a maximum.
#pragma once
#include "lacuna/ops/reductions/reduce.h"

namespace lacuna {

// For each element of the result: how many elements of x equal the value of y there, and how many are 0. y
// has the shape of the result. No gradient.
Symbol equals_in(const Symbol& x, const Symbol& y, const Axes& axes, bool keepdims);
Symbol zeros_in(const Symbol& x, const Symbol& y, const Axes& axes, bool keepdims);

}  // namespace lacuna

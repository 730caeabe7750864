// Sums over axes of a function of each element and the number that its line has: a mean, a maximum.
#pragma once
#include "lacuna/ops/reductions/reduce.h"

namespace lacuna {

// How many elements of x, over some axes, are what `y` has for them; how many are 0. y has the shape of the
// result. No gradient.
Symbol equals_in(const Symbol& x, const Symbol& y, const Axes& axes, bool keepdims);
Symbol zeros_in(const Symbol& x, const Symbol& y, const Axes& axes, bool keepdims);

}  // namespace lacuna

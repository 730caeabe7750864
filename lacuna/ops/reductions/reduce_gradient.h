// Gradients of reductions that are not linear.
#pragma once
#include "lacuna/ops/reductions/reduce.h"

namespace lacuna {

enum class ReduceGradient : uint8_t {
  extreme,    // b where x = a: a is the largest or smallest value, b its gradient divided among ties
  product,    // a / x, or b where x = 0: a is product · gradient, b is product of the others · gradient
  norm,       // b x / a, 0 where a is 0
  variance,   // 2 b (x - a) / n: a is the mean, n the number of elements per mean
  logsumexp,  // b exp(x - a)
};

// A function of each element of x (for a sparse x: of each entry, in its pattern) and of the values that a
// and b have for its line. a and b are dense and have the shape of x without `axes`. No gradient of its own.
Symbol reduce_gradient(ReduceGradient kind, const Symbol& x, const Symbol& a, const Symbol& b,
                       const Axes& axes);

}  // namespace lacuna

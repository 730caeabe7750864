// Gradients of reductions that are not linear.
#pragma once
#include "lacuna/ops/reductions/reduce.h"

namespace lacuna {

enum class ReduceGradient : uint8_t {
  extreme,    // b where x = a: a the largest or smallest, b its gradient for each that ties
  product,    // a / x, b where x is 0: a the product times its gradient, b that of all others where one is 0
  norm,       // b x / a, 0 where a is 0
  variance,   // 2 b (x - a) / n: a the mean, n elements for each
  logsumexp,  // b exp(x - a)
};

// A function of each element of x (of a sparse x: of each entry, in its pattern) and of what its line has in
// a and b, which are dense and of the shape of x less `axes`. No gradient of its own.
Symbol reduce_gradient(ReduceGradient kind, const Symbol& x, const Symbol& a, const Symbol& b,
                       const Axes& axes);

}  // namespace lacuna

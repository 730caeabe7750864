// Gradients of element-wise ops of two operands that their results do not give.
#pragma once
#include "lacuna/graph/symbol.h"

namespace lacuna {

enum class BinaryGradient : uint8_t {
  larger,   // dc where a > b
  smaller,  // dc where a < b
  largest,  // dc where a ≥ b
  least,    // dc where a ≤ b
  hypot,    // dc a / √(a² + b²), 0 where that is 0
};

// The gradient of a sparse a where it met b: a function of each entry of a, of b there and of the gradient dc
// of the result there; in the pattern of a. b and dc: sparse of the shape of a, or dense. No gradient of its
// own.
Symbol binary_gradient(BinaryGradient kind, const Symbol& a, const Symbol& b, const Symbol& dc);

}  // namespace lacuna

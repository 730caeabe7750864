// Gradients for sparse operands of element-wise ops that other ops cannot express.
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

// The gradient of a sparse operand a, in the pattern of a: a function of each entry of a and of b and dc at
// the same place, where dc is the gradient of the result. b and dc are sparse of the shape of a, or dense. No
// gradient of its own.
Symbol binary_gradient(BinaryGradient kind, const Symbol& a, const Symbol& b, const Symbol& dc);

}  // namespace lacuna

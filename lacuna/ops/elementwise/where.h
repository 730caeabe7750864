// One of two tensors, element by element.
#pragma once
#include "lacuna/graph/symbol.h"

namespace lacuna {

// x where the condition is not 0, else y; dense, with NumPy's broadcasting. The condition may be csr of the
// shape of the result: elements that it does not store are 0. What is not taken is not read, so that a NaN
// there does no harm, nor in the gradient. x and y may be csr of one shape, or one of them and the other the
// constant 0: the result is csr, with entries where either has one. The condition is csr of that shape then,
// or dense: of that shape, a row, a column or a scalar.
Symbol where(const Symbol& condition, const Symbol& x, const Symbol& y);

}  // namespace lacuna

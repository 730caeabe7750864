// Selects from two tensors, element by element.
#pragma once
#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

// x where the condition is not 0, else y; dense, with NumPy's broadcasting. The condition may be csr of the
// shape of the result: elements that it does not store are 0. Values that are not selected are not read, so
// that a NaN there does no harm, nor in the gradient.
// The result is csr, with entries where x or y has one, if both are csr of one shape, or one of them is csr
// and the other the constant 0. The condition then is csr of that shape, or dense: of that shape, a row, a
// column or a scalar.
Symbol where(const Symbol& condition, const Symbol& x, const Symbol& y);

}  // namespace lacuna

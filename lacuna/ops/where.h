#pragma once
#include "lacuna/graph/symbol.h"

namespace lacuna {

// x where the condition is not 0, else y; dense, with NumPy's broadcasting. The condition may be csr of the
// shape of the result: elements that it does not store are 0. What is not taken is not read, so that a NaN
// there does no harm, nor in the gradient.
Symbol where(const Symbol& condition, const Symbol& x, const Symbol& y);

}  // namespace lacuna

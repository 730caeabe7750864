// Softmax of each row.
#pragma once
#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

// Along the last axis, dense, numerically stable.
Symbol softmax(const Symbol& x);

// x if y is softmax(x); else empty.
Symbol input_of_softmax(const Symbol& y);

}  // namespace lacuna

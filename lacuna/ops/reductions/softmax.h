// Softmax of each row.
#pragma once
#include "lacuna/graph/symbol.h"

namespace lacuna {

// Along the last axis, dense, in a stable way.
Symbol softmax(const Symbol& x);

// x where y is softmax(x); else empty.
Symbol input_of_softmax(const Symbol& y);

}  // namespace lacuna

#pragma once
#include "lacuna/graph/symbol.h"

namespace lacuna {

// Along the last axis, dense, in a stable way.
Symbol softmax(const Symbol& x);

}  // namespace lacuna

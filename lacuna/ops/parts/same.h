// same: x as a symbol of its own.
#pragma once
#include "lacuna/graph/symbol.h"

namespace lacuna {

// x, as a node that no other node equals, so that it can be replaced without replacing x elsewhere.
Symbol same(const Symbol& x);

}  // namespace lacuna

// The gradient of broadcasting.
#pragma once
#include "lacuna/graph/symbol.h"

namespace lacuna {

// x summed over the axes along which `like` was broadcast to the shape of x.
Symbol sum_like(const Symbol& x, const Symbol& like);

}  // namespace lacuna

// x + bias, along the last axis.
#pragma once
#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

// x + b, b of shape (units,) along the last axis; dense.
Symbol bias_add(const Symbol& x, const Symbol& b);

}  // namespace lacuna

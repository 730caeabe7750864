// The shape of a tensor, as values.
#pragma once
#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

// The dimensions of x, of any storage: int64, (rank).
Symbol shape(const Symbol& x);

}  // namespace lacuna

#pragma once
#include "lacuna/graph/symbol.h"

#include <vector>

namespace lacuna {

// Along an axis (negative counts from the end). Rank 2 with any csr among them, axis 1: csr, dense parts
// stored in full, as scipy's hstack; axis 0: all csr -> csr. All dense: any rank.
Symbol concatenate(const std::vector<Symbol>& parts, int axis = -1);

}  // namespace lacuna

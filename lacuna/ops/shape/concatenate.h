// Tensors beside each other along an axis.
#pragma once
#include "lacuna/graph/symbol.h"

#include <vector>

namespace lacuna {

// Along an axis (negative counts from the end). Rank 2 with any csr among them: csr, dense parts stored in
// full, as scipy's hstack and vstack. All dense: any rank. All row_sparse, axis 0: row_sparse.
Symbol concatenate(const std::vector<Symbol>& parts, int axis = -1);

}  // namespace lacuna

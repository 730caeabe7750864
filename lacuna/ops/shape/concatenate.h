// Concatenates tensors along an axis.
#pragma once
#include "lacuna/graph/symbol.h"

#include <vector>

namespace LACUNA_EXPORT lacuna {

// Along an axis (negative: from the end). Parts of rank 2, at least one of them csr: csr, where dense parts
// are stored in full, as scipy's hstack and vstack. All dense: any rank. All row_sparse: axis 0, row_sparse.
Symbol concatenate(const std::vector<Symbol>& parts, int axis = -1);

}  // namespace lacuna

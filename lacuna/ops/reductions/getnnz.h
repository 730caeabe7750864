// The number of stored entries, of all or by row or column.
#pragma once
#include <optional>

#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

// As in MXNet: how many entries a csr matrix stores, stored zeros included: in all, in each column (axis 0)
// or in each row (axis 1). int64, dense, no gradient.
Symbol getnnz(const Symbol& x, std::optional<int> axis = {});

}  // namespace lacuna

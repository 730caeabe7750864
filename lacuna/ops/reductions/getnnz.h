// The number of stored entries, of all or by row or column.
#pragma once
#include <optional>

#include "lacuna/graph/symbol.h"

namespace lacuna {

// MXNet's: how many entries a csr matrix stores, zeros among them: of the whole, of each column (axis 0) or
// of each row (axis 1). int64, dense, no gradient.
Symbol getnnz(const Symbol& x, std::optional<int> axis = {});

}  // namespace lacuna

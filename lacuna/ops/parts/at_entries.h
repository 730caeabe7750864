// The values of a dense tensor at the entries of a sparse one.
#pragma once
#include "lacuna/graph/symbol.h"

namespace lacuna {

// The values of a dense x where `pattern`, csr or row_sparse, has entries. The result has the storage and the
// entries of the pattern, whose own values are not read. It is the gradient of ops that make a sparse operand
// dense.
Symbol at_entries(const Symbol& x, const Symbol& pattern);

}  // namespace lacuna

// The values of a dense tensor at the entries of a sparse one.
#pragma once
#include "lacuna/graph/symbol.h"

namespace lacuna {

// The values of a dense x where `pattern`, csr or row_sparse, has entries; in the storage of the pattern,
// whose own values are not read. The gradient of what makes a sparse operand dense.
Symbol at_entries(const Symbol& x, const Symbol& pattern);

}  // namespace lacuna

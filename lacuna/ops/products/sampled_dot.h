// A Bᵀ at the entries of a sparse tensor alone.
#pragma once
#include "lacuna/graph/symbol.h"

namespace lacuna {

// S = A Bᵀ at the non-zeros of a csr pattern, (n, k) · (m, k)ᵀ; csr. Both may be sparse; B may be a row_table
// whose slots the pattern's ids are. The pattern's values are not read. A gradient flows to A and B
// where A is dense or csr.
Symbol sampled_dot(const Symbol& a, const Symbol& b, const Symbol& pattern);

}  // namespace lacuna

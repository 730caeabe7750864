#pragma once
#include "lacuna/graph/symbol.h"

namespace lacuna {

// C = Aᵀ B, (k, n)ᵀ · (k, m); dense ones may have more dimensions before the last, summed over too. A csr: C
// is row_sparse, with a row for each column that A's non-zeros name.
Symbol dot_t(const Symbol& a, const Symbol& b);

}  // namespace lacuna

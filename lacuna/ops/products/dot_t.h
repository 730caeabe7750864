// Aᵀ B, whose result is row_sparse where A is csr.
#pragma once
#include "lacuna/graph/symbol.h"

namespace lacuna {

// C = Aᵀ B, (k, n)ᵀ · (k, m); dense ones may have more dimensions before the last, summed over too.
//   A csr: B dense or row_sparse -> row_sparse, with a row for each column that A's entries name; B csr ->
//   csr A dense: B dense or csr -> dense        both row_sparse -> dense
Symbol dot_t(const Symbol& a, const Symbol& b);

}  // namespace lacuna

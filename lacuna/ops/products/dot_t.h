// Aᵀ B, whose result is row_sparse where A is csr.
#pragma once
#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

// C = Aᵀ B, (k, n)ᵀ · (k, m). Dense factors may have more dimensions before the last, which are summed over
// too.
//   A csr: B dense or row_sparse -> row_sparse, with a row for each column in which A has entries
//   A csr: B csr -> csr
//   A dense: B dense or csr -> dense
//   A and B row_sparse -> dense
Symbol dot_t(const Symbol& a, const Symbol& b);

}  // namespace lacuna

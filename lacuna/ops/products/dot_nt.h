// A Bᵀ.
#pragma once
#include "lacuna/graph/symbol.h"

namespace lacuna {

// C = A Bᵀ, (n, …, k) · (m, k)ᵀ.
//   A csr: B dense -> dense; B csr -> csr, of up to 2^63 columns
//   A dense: B dense or csr -> dense        A row_sparse, B dense -> row_sparse
Symbol dot_nt(const Symbol& a, const Symbol& b);

}  // namespace lacuna

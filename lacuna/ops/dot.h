#pragma once
#include "lacuna/graph/symbol.h"

namespace lacuna {

// C = A B, (n, …, k) · (k, m).
//   A csr: B dense, row_sparse or a row_table whose slots A's ids are (see translate) -> dense; B csr -> csr
//   A dense: B dense or csr -> dense        A row_sparse, B dense -> row_sparse
// A csr B may have up to 2^63 columns where C is csr.
Symbol dot(const Symbol& a, const Symbol& b);

// The same of the factors as they are or, if matrices, transposed.
Symbol dot(const Symbol& a, const Symbol& b, bool transpose_a, bool transpose_b);

}  // namespace lacuna

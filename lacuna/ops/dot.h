#pragma once
#include "lacuna/graph/symbol.h"

namespace lacuna {

// C = A B, (n, …, k) · (k, m).
//   A csr: B dense or row_sparse -> dense; B csr -> csr
//   B a row_table: A's ids are looked up, unless they are its slots (see translate) -> dense
//   A dense: B dense or csr -> dense        A row_sparse, B dense -> row_sparse
// A csr B may have up to 2^63 columns where C is csr.
Symbol dot(const Symbol& a, const Symbol& b);

// The same of the factors as they are or, if matrices, transposed.
Symbol dot(const Symbol& a, const Symbol& b, bool transpose_a, bool transpose_b);

}  // namespace lacuna

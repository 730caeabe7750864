// A B, of any storages.
#pragma once
#include "lacuna/graph/symbol.h"

namespace lacuna {

// C = A B, (n, …, k) · (k, m).
//   A csr: B dense or row_sparse -> dense; B csr -> csr
//   B a row_table: A's ids are looked up, unless they are its slots (see translate) -> dense
//   A dense: B dense or csr -> dense        A row_sparse, B dense -> row_sparse
// A csr B may have up to 2^63 columns where C is csr.
// A dense B may have a higher rank: the last axis of A meets the last but one of B, as in Keras, (n, …, k) ·
// (p, …, k, m) -> (n, …, p, …, m).
Symbol dot(const Symbol& a, const Symbol& b);

// The same of the factors as they are or, if matrices, transposed.
Symbol dot(const Symbol& a, const Symbol& b, bool transpose_a, bool transpose_b);

// MXNet's forward_stype, the storage of the result: dense of any product; csr of dense and csr, which has all
// columns in which B stores a value in each of its rows (dot_to_csr); else what the product has by itself.
Symbol dot(const Symbol& a, const Symbol& b, bool transpose_a, bool transpose_b, Storage forward_stype);
// B may have up to 2^63 columns.
Symbol dot_to_csr(const Symbol& a, const Symbol& b);

}  // namespace lacuna

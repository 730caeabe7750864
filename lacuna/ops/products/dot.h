// The matrix product A B, for all storages.
#pragma once
#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

// C = A B, (n, …, k) · (k, m).
//   A csr: B dense or row_sparse -> dense; B csr -> csr
//   B a row_table: A's columns are ids, which are translated to slots unless they are already -> dense
//   A dense: B dense or csr -> dense        A row_sparse, B dense -> row_sparse
// A csr B may have up to 2^63 columns where C is csr.
// A dense B may have a higher rank: the last axis of A is contracted with the last but one of B, as in Keras,
// (n, …, k) · (p, …, k, m) -> (n, …, p, …, m).
Symbol dot(const Symbol& a, const Symbol& b);

// The same, where each factor may be transposed first. A transposed factor must be a matrix.
Symbol dot(const Symbol& a, const Symbol& b, bool transpose_a, bool transpose_b);

// forward_stype is MXNet's: the storage of the result. dense works for any product, csr for a dense a and a
// csr b (see dot_to_csr); else it must be the storage that the product has anyway.
Symbol dot(const Symbol& a, const Symbol& b, bool transpose_a, bool transpose_b, Storage forward_stype);
// The product of a dense A and a csr B as csr: each row has an entry in every column in which B stores a
// value. B may have up to 2^63 columns.
Symbol dot_to_csr(const Symbol& a, const Symbol& b);

}  // namespace lacuna

// A Bᵀ at the entries of a csr pattern only.
#pragma once
#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

// S = A Bᵀ at the entries of a csr pattern, (n, k) · (m, k)ᵀ; csr. Both A and B may be sparse; B may be a
// row_table if the columns of the pattern are its slots. The pattern's values are not read. A gradient flows
// to A and B where A is dense or csr.
Symbol sampled_dot(const Symbol& a, const Symbol& b, const Symbol& pattern);

}  // namespace lacuna

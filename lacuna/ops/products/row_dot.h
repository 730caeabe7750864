// The product of each row of A with the same row of B.
#pragma once
#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

// Row by row, y[i] = Σ_j a[i, j] b[i, j], (n, m) and (n, m) -> (n, 1), dense. Either may be csr.
Symbol row_dot(const Symbol& a, const Symbol& b);

}  // namespace lacuna

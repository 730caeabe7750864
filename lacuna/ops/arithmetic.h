#pragma once
#include "lacuna/graph/symbol.h"

namespace lacuna {

// Element by element, with NumPy's broadcasting between dense operands. A csr operand is rank 2 and takes no
// broadcast, except against a scalar, a row (1, m) or (m,), or a column (n, 1) in multiply and divide.
//
//   add, subtract      csr, csr -> csr      csr with dense -> dense      row_sparse, row_sparse -> row_sparse
//                      row_sparse with dense -> dense
//   multiply           csr, csr -> csr (where both have an entry)    csr with dense -> csr (at the entries of
//   csr) divide             csr by dense -> csr maximum, minimum   csr, csr -> csr
Symbol add(const Symbol& a, const Symbol& b);
Symbol subtract(const Symbol& a, const Symbol& b);
Symbol multiply(const Symbol& a, const Symbol& b);
Symbol divide(const Symbol& a, const Symbol& b);
Symbol maximum(const Symbol& a, const Symbol& b);
Symbol minimum(const Symbol& a, const Symbol& b);

}  // namespace lacuna

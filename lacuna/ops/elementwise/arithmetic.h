// Sum, difference, product and quotient of tensors that are broadcast to one shape.
#pragma once
#include <vector>

#include "lacuna/graph/symbol.h"

namespace lacuna {

// Element by element, with NumPy's broadcasting between dense operands. A sparse operand has the shape of the
// result; a dense one that meets it may be a scalar, a row (1, m) or (m,), or a column (n, 1). Sparse stands
// for csr, or for row_sparse; the two do not meet.
//
//   add, subtract, maximum,    sparse, sparse -> sparse (where either has an entry)
//   minimum, hypot             sparse with dense -> dense
//   multiply                   sparse, sparse -> sparse (where both have one)    sparse with dense -> sparse
//                              csr with a csr row (1, m) or column (n, 1) -> csr (where the larger one has
//                              one)
//   divide, mod                sparse by dense -> sparse
//   power                      dense
// The gradient of a sparse operand has its pattern.
Symbol add(const Symbol& a, const Symbol& b);
Symbol subtract(const Symbol& a, const Symbol& b);
Symbol multiply(const Symbol& a, const Symbol& b);
Symbol divide(const Symbol& a, const Symbol& b);
Symbol maximum(const Symbol& a, const Symbol& b);
Symbol minimum(const Symbol& a, const Symbol& b);
Symbol hypot(const Symbol& a, const Symbol& b);
Symbol mod(const Symbol& a, const Symbol& b);  // With the sign of b, as NumPy.
Symbol power(const Symbol& a, const Symbol& b);

// MXNet's. The sum of all: of csr or row_sparse alone it is sparse.
Symbol add_n(const std::vector<Symbol>& parts);
// a / b where a stores a value, and nowhere else: in the pattern of a. Where b has no entry it is 0.
Symbol scatter_elemwise_div(const Symbol& a, const Symbol& b);

}  // namespace lacuna

// Sum, difference, product and quotient of tensors that are broadcast to one shape.
#pragma once
#include <vector>

#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

// Element by element, with NumPy's broadcasting between dense operands. A sparse operand must have the shape
// of the result; a dense operand beside it may be a scalar, a row (1, m) or (m,), or a column (n, 1). Below,
// "sparse" is csr or row_sparse; the two cannot be combined.
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

// As in MXNet: the sum of all parts, which is sparse if all parts are csr or all are row_sparse.
Symbol add_n(const std::vector<Symbol>& parts);
// a / b where a stores a value, in the pattern of a. b counts as 0 where it has no entry.
Symbol scatter_elemwise_div(const Symbol& a, const Symbol& b);

}  // namespace lacuna

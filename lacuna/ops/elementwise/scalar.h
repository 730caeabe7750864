// Ops of a tensor and a number.
#pragma once
#include <vector>

#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

// Element by element, for float x and a number that is fixed in the graph. csr and row_sparse keep their
// storage where the result for 0 is 0; else x must be dense, and to_dense(x) makes it so. scale and shift (x
// * s, x + s) are in scale.h.
Symbol power(const Symbol& x, double exponent);  // Sparse if exponent > 0.
Symbol power(double base, const Symbol& x);
Symbol maximum(const Symbol& x, double s);  // Sparse if s ≤ 0. On a tie the gradient flows to x.
Symbol minimum(const Symbol& x, double s);  // Sparse if s ≥ 0. On a tie the gradient flows to x.
Symbol mod(const Symbol& x, double s);      // With the sign of s, as NumPy.
Symbol mod(double s, const Symbol& x);
Symbol hypot(const Symbol& x, double s);  // √(x² + s²)

// 1 where the comparison holds, else 0, in the dtype of x; no gradient.
Symbol equal(const Symbol& x, double s);
Symbol not_equal(const Symbol& x, double s);
Symbol greater(const Symbol& x, double s);
Symbol greater_equal(const Symbol& x, double s);
Symbol less(const Symbol& x, double s);
Symbol less_equal(const Symbol& x, double s);

// As in MXNet: applies to the stored values of a sparse x only, so that it stays sparse; to all values of a
// dense x.
Symbol scatter_plus_scalar(const Symbol& x, double s);
Symbol scatter_minus_scalar(const Symbol& x, double s);

// Zeros in the storage and at the entries of x; ones for a dense x. No gradient flows.
Symbol zeros_like(const Symbol& x);
Symbol ones_like(const Symbol& x);

}  // namespace lacuna

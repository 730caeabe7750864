// Ops of a tensor and a number.
#pragma once
#include <vector>

#include "lacuna/graph/symbol.h"

namespace lacuna {

// x and a number that the graph knows, element by element, floats. csr and row_sparse stay so where the
// function of 0 and the number is 0; else x must be dense, and to_dense(x) makes it so. scale and shift
// (x * s, x + s) stand in scale.h.
Symbol power(const Symbol& x, double exponent);  // Kept where exponent > 0.
Symbol power(double base, const Symbol& x);
Symbol maximum(const Symbol& x, double s);  // Kept where s ≤ 0; a tie is x's.
Symbol minimum(const Symbol& x, double s);  // Kept where s ≥ 0; a tie is x's.
Symbol mod(const Symbol& x, double s);      // With the sign of s, as NumPy.
Symbol mod(double s, const Symbol& x);
Symbol hypot(const Symbol& x, double s);  // √(x² + s²)

// 1 where it holds, else 0, in the dtype of x; no gradient.
Symbol equal(const Symbol& x, double s);
Symbol not_equal(const Symbol& x, double s);
Symbol greater(const Symbol& x, double s);
Symbol greater_equal(const Symbol& x, double s);
Symbol less(const Symbol& x, double s);
Symbol less_equal(const Symbol& x, double s);

// MXNet's: of a sparse x the stored values alone, so that it stays sparse; of a dense x all.
Symbol scatter_plus_scalar(const Symbol& x, double s);
Symbol scatter_minus_scalar(const Symbol& x, double s);

// Zeros, in the storage and at the entries of x; ones, of a dense x. No gradient flows.
Symbol zeros_like(const Symbol& x);
Symbol ones_like(const Symbol& x);

}  // namespace lacuna

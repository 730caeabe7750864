// Functions of each element.
#pragma once
#include <limits>

#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

// Element by element, for floats. Functions with f(0) = 0 keep csr and row_sparse; the others take only
// dense, so that to_dense(x) in the program shows that zeros will be stored.

// Functions with f(0) = 0.
Symbol negative(const Symbol& x);
Symbol abs(const Symbol& x);
Symbol sign(const Symbol& x);
Symbol square(const Symbol& x);
Symbol sqrt(const Symbol& x);
Symbol cbrt(const Symbol& x);
Symbol round(const Symbol& x);  // Half to even, as NumPy.
Symbol ceil(const Symbol& x);
Symbol floor(const Symbol& x);
Symbol trunc(const Symbol& x);
Symbol round_ste(const Symbol& x);  // round and sign with the gradient of the identity.
Symbol sign_ste(const Symbol& x);
Symbol log1p(const Symbol& x);
Symbol expm1(const Symbol& x);
Symbol erf(const Symbol& x);
Symbol erfinv(const Symbol& x);  // NaN beyond ±1.
Symbol sin(const Symbol& x);
Symbol tan(const Symbol& x);
Symbol arcsin(const Symbol& x);
Symbol arctan(const Symbol& x);
Symbol sinh(const Symbol& x);
Symbol tanh(const Symbol& x);
Symbol arcsinh(const Symbol& x);
Symbol arctanh(const Symbol& x);
Symbol degrees(const Symbol& x);
Symbol radians(const Symbol& x);
Symbol isnan(const Symbol& x);  // 1 for NaN, else 0, in the dtype of x.
Symbol isinf(const Symbol& x);
Symbol nan_to_num(const Symbol& x);  // NaN becomes 0, infinities the largest finite numbers.
Symbol softsign(const Symbol& x);
Symbol elu(const Symbol& x, double alpha = 1.0);
Symbol selu(const Symbol& x);
// As in Keras 2.2.4: alpha (x - threshold) if x < threshold, else x, and with a max_value that, but 0 at
// least and max_value at most. Sparse x needs parameters for which 0 stays 0.
Symbol relu(const Symbol& x, double alpha = 0.0, double max_value = std::numeric_limits<double>::infinity(),
            double threshold = 0.0);
Symbol clip(const Symbol& x, double min_value, double max_value);  // Sparse if min_value ≤ 0 ≤ max_value.

// Functions with f(0) ≠ 0 or undefined.
Symbol exp(const Symbol& x);
Symbol exp2(const Symbol& x);
Symbol log(const Symbol& x);
Symbol log2(const Symbol& x);
Symbol log10(const Symbol& x);
Symbol cos(const Symbol& x);
Symbol arccos(const Symbol& x);
Symbol cosh(const Symbol& x);
Symbol arccosh(const Symbol& x);
Symbol reciprocal(const Symbol& x);
Symbol rsqrt(const Symbol& x);
Symbol rcbrt(const Symbol& x);
Symbol gamma(const Symbol& x);
Symbol gammaln(const Symbol& x);
Symbol isfinite(const Symbol& x);
Symbol logical_not(const Symbol& x);
Symbol sigmoid(const Symbol& x);
Symbol input_of_sigmoid(const Symbol& y);  // x if y is sigmoid(x); else empty.
Symbol hard_sigmoid(const Symbol& x);      // max(0, min(1, 0.2 x + 0.5))
Symbol softplus(const Symbol& x);

}  // namespace lacuna

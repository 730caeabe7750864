#pragma once
#include <limits>

#include "lacuna/graph/symbol.h"

namespace lacuna {

// Element by element. Those with f(0) = 0 keep csr and row_sparse; the others take dense alone.
Symbol negative(const Symbol& x);
Symbol abs(const Symbol& x);
Symbol sign(const Symbol& x);
Symbol square(const Symbol& x);
Symbol sqrt(const Symbol& x);
Symbol exp(const Symbol& x);
Symbol log(const Symbol& x);
Symbol round(const Symbol& x);  // Half to even, as NumPy.
Symbol sigmoid(const Symbol& x);
Symbol hard_sigmoid(const Symbol& x);  // max(0, min(1, 0.2 x + 0.5))
Symbol tanh(const Symbol& x);
Symbol softplus(const Symbol& x);
Symbol softsign(const Symbol& x);
Symbol elu(const Symbol& x, double alpha = 1.0);
Symbol selu(const Symbol& x);
// Keras 2.2.4: max_value if x ≥ max_value, x if threshold ≤ x, else alpha (x - threshold).
Symbol relu(const Symbol& x, double alpha = 0.0, double max_value = std::numeric_limits<double>::infinity(),
            double threshold = 0.0);
Symbol clip(const Symbol& x, double min_value, double max_value);

}  // namespace lacuna

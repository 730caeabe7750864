#pragma once
#include "lacuna/graph/symbol.h"

namespace lacuna {

// dc at the entries of a where a is larger (or smaller) than b, or equal when ties are its own; else 0: the
// gradient of maximum and minimum of csr. All three are csr of one shape; csr with the pattern of a.
Symbol extreme_gradient(const Symbol& a, const Symbol& b, const Symbol& dc, bool largest, bool ties);

}  // namespace lacuna

// Aᵀ B at the entries of a csr pattern alone.
#pragma once
#include "lacuna/graph/symbol.h"

namespace lacuna {

// S = Aᵀ B at the non-zeros of a csr pattern, (n, k)ᵀ · (n, m); csr. A and B dense (with more dimensions
// before the last, summed over too), or A csr, and B too. The pattern's values are not read.
Symbol sampled_dot_t(const Symbol& a, const Symbol& b, const Symbol& pattern);

}  // namespace lacuna

// Aᵀ B at the entries of a csr pattern only.
#pragma once
#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

// S = Aᵀ B at the entries of a csr pattern, (n, k)ᵀ · (n, m); csr. A and B are dense (and may have more
// dimensions before the last, which are summed over too), or A is csr and B dense or csr. The pattern's
// values are not read.
Symbol sampled_dot_t(const Symbol& a, const Symbol& b, const Symbol& pattern);

}  // namespace lacuna

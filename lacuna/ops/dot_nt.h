#pragma once
#include "lacuna/graph/symbol.h"

namespace lacuna {

// C = A Bᵀ, (n, …, k) · (m, k)ᵀ, dense.
Symbol dot_nt(const Symbol& a, const Symbol& b);

}  // namespace lacuna

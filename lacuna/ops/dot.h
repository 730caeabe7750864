#pragma once
#include "lacuna/graph/symbol.h"

namespace lacuna {

// C = A B, (n, …, k) · (k, m). A may be csr, and then B a row_table whose slots A's ids are (see translate);
// C is dense.
Symbol dot(const Symbol& a, const Symbol& b);

}  // namespace lacuna

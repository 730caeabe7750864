// Permutes the dimensions of a tensor.
#pragma once
#include "lacuna/graph/symbol.h"

#include <vector>

namespace LACUNA_EXPORT lacuna {

// Dimension i of the result is dimension pattern[i] of x. Dense of rank up to 8; csr gives csr and may have
// up to 2^31 columns, since each becomes a row.
Symbol permute_dimensions(const Symbol& x, const std::vector<int>& pattern);
// All dimensions in reverse.
Symbol transpose(const Symbol& x);

}  // namespace lacuna

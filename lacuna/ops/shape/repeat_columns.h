// Repeats each column of a matrix.
#pragma once
#include "lacuna/graph/symbol.h"

#include <cstdint>

namespace LACUNA_EXPORT lacuna {

// Each column of a matrix n times, one after another: y[:, c n + i] = x[:, c]. Dense; csr gives csr of up to
// 2^63 columns, at a cost that depends on the entries of the result.
Symbol repeat_columns(const Symbol& x, int64_t n);

}  // namespace lacuna

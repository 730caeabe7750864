// Columns of csr, each several times or all of them again.
#pragma once
#include "lacuna/graph/symbol.h"

#include <cstdint>

namespace lacuna {

// Each column of a matrix n times, one after another: y[:, c n + i] = x[:, c]. Dense; csr to csr, of up to
// 2^63 columns, at the cost of its entries.
Symbol repeat_columns(const Symbol& x, int64_t n);

}  // namespace lacuna

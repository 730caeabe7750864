// The rows of a tensor that ids name; all others become zeros.
#pragma once
#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

// MXNet's sparse.retain: the rows of a row_sparse x that ids name, and no others; row_sparse. ids: dense
// int32 or int64, in any order, duplicates and ids of rows that x does not store allowed; one outside of x is
// an OutOfRange error. The gradient has the rows of x.
Symbol retain(const Symbol& x, const Symbol& ids);

}  // namespace lacuna

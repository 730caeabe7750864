// Rows, or columns, by id.
#pragma once
#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

// Positions of one axis by id, in any order, also more than once: y[…, i, …] = x[…, ids[i], …]. ids: int32 or
// int64, (count). An id out of range is an OutOfRange error. Dense of any rank; csr along axis 0 or 1, of up
// to 2^63 columns. The gradient has the storage of x. For rows of a weight see take.
Symbol select(const Symbol& x, const Symbol& ids, int axis = 0);

}  // namespace lacuna

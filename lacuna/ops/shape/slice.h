// A range along an axis.
#pragma once
#include "lacuna/graph/symbol.h"

#include <cstdint>

namespace LACUNA_EXPORT lacuna {

// Positions start, start + step, … before stop along one axis, as Python's x[start:stop:step]. start and stop
// may be negative (from the end) and are cut to the size; stop = INT64_MAX is "to the end", INT64_MIN, where
// step is negative, "to the first". Dense of any rank; csr along axis 0 or 1.
Symbol slice(const Symbol& x, int axis, int64_t start, int64_t stop, int64_t step = 1);

}  // namespace lacuna

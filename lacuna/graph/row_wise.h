// Whether symbols treat each row of an unknown number of rows alone.
#pragma once
#include <vector>

#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

// Throws InvalidArgument if an op that `values` need joins the rows of something whose first dimension is
// unknown: if only some rows of a table are there, such a result would depend on which. `where` starts the
// message.
void require_row_wise(const char* where, const std::vector<Symbol>& values);

}  // namespace lacuna

// Whether symbols treat each row of an unknown number of rows alone.
#pragma once
#include <functional>
#include <vector>

#include "lacuna/graph/variable.h"

namespace LACUNA_EXPORT lacuna {

// Throws InvalidArgument if a row of a value, whose number of rows is unknown, depends on anything but the
// same row of what it is computed from: if only some rows of a table are there, such a result would depend on
// which. It runs the values on made rows, twice, with one row the same. inputs: all placeholders that the
// values depend on. rows: the variables of an unknown number of rows; they are left without rows. `where`
// starts the message.
void require_row_wise(const char* where, const std::vector<Symbol>& values, const std::vector<Symbol>& inputs,
                      const std::vector<VariablePtr>& rows);
// Throws unless a function, to a scalar, of several row_sparse rows is the sum of what it gives for each.
// rows: the spec of the rows of a table.
void require_sum_over_rows(const char* where, const std::function<Symbol(const Symbol&)>& function,
                           const Spec& rows);

}  // namespace lacuna

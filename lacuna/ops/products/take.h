// Rows of a weight by id.
#pragma once
#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

// Rows of a weight by id: w (rows, …), ids int32 or int64 of any shape, dense; the shape of the result is
// that of ids followed by that of a row. An id out of range is an OutOfRange error. w may be a row_table if
// the ids are its slots. The gradient for w is row_sparse.
Symbol take(const Symbol& w, const Symbol& ids);

// Requires integer ids: integers pass through, and floats are an error in a run, since a float cannot hold
// every id exactly. An input that feeds as_ids is given integers unchanged (see substitute_ids in network).
Symbol as_ids(const Symbol& x);
bool is_as_ids(const Node& node);

}  // namespace lacuna

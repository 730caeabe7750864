// Rows of a weight by id.
#pragma once
#include "lacuna/graph/symbol.h"

namespace lacuna {

// Rows of a weight by id: w (rows, …), ids int32 or int64 of any shape, dense; the result has the shape of
// ids and then of a row. An id out of range is an OutOfRange error. w may be a row_table whose slots the ids
// are. The gradient for w is row_sparse.
Symbol take(const Symbol& w, const Symbol& ids);

// ids as integers: passes integers on; of floats it is an error when run, since a float never carries an id.
// An input that feeds it is given integers as they are (see substitute_ids in network).
Symbol as_ids(const Symbol& x);
bool is_as_ids(const Node& node);

}  // namespace lacuna

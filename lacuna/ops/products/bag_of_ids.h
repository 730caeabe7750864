// Padded ids to csr with a 1 for each.
#pragma once
#include "lacuna/graph/symbol.h"

namespace lacuna {

// The ids of each row as a row of a csr matrix with a 1 for each, so that its product with w (rows, …) adds
// up the rows of w that are named: a bag. ids: int32 or int64, (batch, length); an id that stands twice has
// two entries. With skip_zero id 0 is padding and has none. Of w the number of rows alone is read, and ids
// that are not among them are an OutOfRange error; w may be a row_table: what comes out holds ids, to be
// translated. No gradient flows.
Symbol bag_of_ids(const Symbol& ids, const Symbol& w, bool skip_zero);

}  // namespace lacuna

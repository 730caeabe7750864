// Turns padded ids into a csr matrix with a 1 for each id.
#pragma once
#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

// A csr matrix whose row r has a 1 for each id of row r, so that its product with w (rows, …) sums the rows
// of w that the ids name (a bag). ids: int32 or int64, (batch, length); an id that occurs twice has two
// entries. With skip_zero, id 0 is padding and has no entry. Of w only the number of rows is read, and an id
// that is not among them is an OutOfRange error. w may be a row_table; the result then still holds ids, to be
// translated. No gradient flows.
Symbol bag_of_ids(const Symbol& ids, const Symbol& w, bool skip_zero);

}  // namespace lacuna

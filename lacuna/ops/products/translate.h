// Ids of a table's rows to the slots where it keeps them.
#pragma once
#include "lacuna/graph/symbol.h"

#include <vector>

namespace lacuna {

// Ids to slots of a row_table, whose rows are made, in training, before the forward pass reads them; without
// training the table stays as it is. x may be csr (columns are ids; int32 or int64), dense of a float dtype
// (every column of the table is named, in csr with all entries stored) or dense integer ids. The gradient
// passes through: csr keeps its pattern. An id out of range is an OutOfRange error.
Symbol translate(const Symbol& x, const Symbol& table);

// The rows of a table that some translated inputs name, row_sparse, each once: what l1 and l2 of a table
// count.
Symbol touched_rows(const Symbol& table, const std::vector<Symbol>& translated);
// All rows that were ever touched, those of this batch included: what they count where updates are exact.
Symbol ever_touched_rows(const Symbol& table, const std::vector<Symbol>& translated);

}  // namespace lacuna

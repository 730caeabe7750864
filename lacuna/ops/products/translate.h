// Translates ids of a table's rows to the slots that hold them.
#pragma once
#include "lacuna/graph/symbol.h"

#include <vector>

namespace LACUNA_EXPORT lacuna {

// Ids to slots of a row_table. In training, missing rows are created before the forward pass reads them;
// outside of training the table does not change. x may be csr (its columns are ids; int32 or int64), dense of
// a float dtype (every column is an id; the result is csr with all entries stored) or dense integer ids. The
// gradient passes through: csr keeps its pattern. An id out of range is an OutOfRange error.
Symbol translate(const Symbol& x, const Symbol& table);

// The rows of a table that some translated inputs name, row_sparse, each once: what l1 and l2 penalties of a
// table are computed from.
Symbol touched_rows(const Symbol& table, const std::vector<Symbol>& translated);
// All rows that were ever touched, with those of this batch: what the penalties are computed from where
// updates are exact.
Symbol ever_touched_rows(const Symbol& table, const std::vector<Symbol>& translated);

}  // namespace lacuna

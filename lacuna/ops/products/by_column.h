// The entries of a csr matrix, or of ids, grouped by column: the factors of the gradient of a weight.
#pragma once
#include "lacuna/graph/symbol.h"

namespace lacuna {

// From this width on, each row of Aᵀ B is summed in registers over entries grouped by column, which pays for
// the grouping. Narrower rows are accumulated in batch order, without it.
constexpr Dim kWideRows = 32;

// ids: the columns in which a csr matrix a has entries, int64, in the order of their first appearance.
// entries: the entries of a grouped by these columns, csr, (ids, rows of a).
struct ColumnEntries {
  Symbol ids, entries;
};
ColumnEntries by_column(const Symbol& a);

// The same for the matrix that has a 1 at each (place, id), where w is the weight whose rows the ids name.
ColumnEntries by_id(const Symbol& ids, const Symbol& w);

}  // namespace lacuna

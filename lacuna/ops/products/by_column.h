// The entries of a csr matrix, or of ids, by column: the factors of the gradient of a weight.
#pragma once
#include "lacuna/graph/symbol.h"

namespace lacuna {

// From so many values on, a row of Aᵀ B is summed in registers over entries ordered by column, so that its
// factors are worth having; the entries of narrower ones are added in batch order.
constexpr Dim kWideRows = 32;

// The columns that a csr matrix names, int64, in the order of their first appearance, and its entries by
// them: csr, (ids, rows of a).
struct ColumnEntries {
  Symbol ids, entries;
};
ColumnEntries by_column(const Symbol& a);

// The same of the matrix with a 1 at each (place, id): of ids, for a weight that has so many rows.
ColumnEntries by_id(const Symbol& ids, const Symbol& w);

}  // namespace lacuna

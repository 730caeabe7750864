#pragma once
#include <optional>

#include "lacuna/graph/symbol.h"

namespace lacuna {

// From so many values on, a row of Aᵀ B is summed in registers over entries ordered by column; the entries of
// narrower ones are added in batch order.
constexpr Dim kWideRows = 32;

// The columns that a csr matrix names, int64, in the order of their first appearance, and its entries by
// them: csr, (ids, rows of a).
struct ColumnEntries {
  Symbol ids, entries;
};
ColumnEntries by_column(const Symbol& a);

// A row_sparse matrix that is not multiplied out: row ids[i] of it is row i of entries · dy. `entries` is
// csr, (distinct ids, rows of dy); ids are int64 and unique; dy is dense, its values rows of the matrix one
// after another. With `share`, (ids), it is less share[i] times row ids[i] of the weight that it is the
// gradient of, but for its last value.
struct RowFactors {
  Symbol ids, entries, dy, share{};
};

// The factors of what dot_t(csr, dense), take_t or interactions_t gives, where who reads them saves a meeting
// with memory: rows of the first two must be wide. Of any other symbol none.
std::optional<RowFactors> row_factors(const Symbol& row_sparse);

// A row_sparse matrix of one column, Aᵀ dy with a csr A, that is not multiplied out.
struct OneUnitFactors {
  Symbol a, dy;
};

// Of any other symbol none.
std::optional<OneUnitFactors> one_unit_factors(const Symbol& row_sparse);

}  // namespace lacuna

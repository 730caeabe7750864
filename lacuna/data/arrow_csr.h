// Lists of ids that are rows of csr as they are, so that nothing is copied.
#pragma once
#include "lacuna/data/arrow_rows.h"

namespace lacuna::data {

// Whether the lists have the layout of a part: they alone make it up, and their ids have its type of index.
bool has_layout_of_csr(const FieldUse& use, const ArrowColumn& lists, const ColumnLayout& layout);

// Whether the ids of each row grow and are in range. `lists` has the layout of csr.
bool are_rows_of_csr(const FieldUse& use, const ArrowColumn& lists, int64_t begin, int64_t end);

// Makes `to`, which has the rows already, of them; it keeps the table.
void view_as_csr(const ArrowColumn& lists, const ArrowSlice& slice, tensor::Csr& to);

}  // namespace lacuna::data

// The rows of a file in the order of arrays that are shuffled by the same key, though they need not fit in
// memory: only the numbers of the rows must.
#pragma once
#include <memory>

#include "lacuna/data/dataset.h"

namespace lacuna::data {

// Whether the rows are read in that order. It depends on the sizes of files and on order.bytes, and not on
// the machine, since weights depend on it: the numbers take no more than order.bytes, and what the rows are
// spread over no more than 32 times that, as it should stay in the page cache. Rows that are sure to fit in
// order.bytes are better read once and shuffled there, to the same order.
bool is_shuffled_exactly(const RowSource& source, const RowOrder& order);

std::unique_ptr<RowStream> open_shuffled(const char* where, const RowSource& source, const RowOrder& order);

}  // namespace lacuna::data

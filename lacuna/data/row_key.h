// A column of a dataset by its name, and a number for each row that is the same where its values are.
#pragma once
#include <cstdint>
#include <string>

#include "lacuna/data/dataset.h"

namespace lacuna::data {

// Where a column is: a part as a whole, or a range of the columns or one of the ids of an input.
struct ColumnPlace {
  size_t part = 0;
  bool whole = true;
  ColumnRange range{};
};

// A part goes before a column of the same name. Throws InvalidArgument if there is none. where, argument: for
// the error, "split" and "key".
ColumnPlace find_column(const char* where, const char* argument, const Schema& schema,
                        const std::string& name);

// The key of a row of the block. Of a part that is one whole number it is that number.
uint64_t key_of_row(const ColumnPlace& place, const RowBlock& block, Dim row);

}  // namespace lacuna::data

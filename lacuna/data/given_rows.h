// Rows as a program gives them, in arrays of any dtype, and the parts that they become.
#pragma once
#include <string>

#include "lacuna/data/dataset.h"

namespace lacuna::data {

// The schema of rows like these. what: the start of error messages, "batches: batch 1". Throws
// InvalidArgument if they are no inputs, or not of the same number.
Schema schema_of(const std::string& what, const LoadedRows& rows);

// Makes a block of the rows, in memory of its own. Throws InvalidArgument or OutOfRange unless they are such
// as the schema says.
void make_block(const std::string& what, const Schema& schema, const LoadedRows& rows, RowBlock& block);

// The parts of a block by their names. They share its memory.
LoadedRows named(const Schema& schema, const RowBlock& block);

}  // namespace lacuna::data

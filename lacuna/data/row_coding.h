// The rows of a block as bytes, as a packed file holds them, and back.
#pragma once
#include <cstddef>
#include <string_view>
#include <vector>

#include "lacuna/data/dataset.h"
#include "lacuna/data/gathered_rows.h"

namespace lacuna::data {

// Appends the rows to `to`. Values are left out where all of them are 1, and are whole numbers of 8 or 16
// bits where that loses nothing.
void encode_rows(const Schema& schema, const RowBlock& rows, std::vector<char>& to);

// Makes the rows again, in the memory of `to`. Returns false if the bytes are no such rows.
bool decode_rows(const Schema& schema, Dim rows, std::string_view bytes, RowBlock& to);
// Adds them to others. After false those may be anything.
bool decode_rows(const Schema& schema, Dim rows, std::string_view bytes, GatheredRows& to);

// Whether all of these values are 1.
bool are_ones(DType dtype, const std::byte* values, size_t count);

}  // namespace lacuna::data

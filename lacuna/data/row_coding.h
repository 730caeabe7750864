// The rows of a block as bytes, as a packed file holds them, and back.
#pragma once
#include <cstddef>
#include <cstdint>
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

// How values are written: ones not at all, and whole numbers of 8 bits without a sign or 16 with one.
enum class Coding : uint64_t { as_they_are, ones, bytes, shorts };

// Where the arrays of a part begin within the bytes of a block; a dense part has values alone.
struct PartPlace {
  uint32_t ends = 0, indices = 0, values = 0, entries = 0;
  Coding coding = Coding::as_they_are;
};

// Finds the arrays of all parts, to read single rows. Returns false if the bytes are no such rows; columns
// are not looked at. Takes no memory, and the bytes may change meanwhile.
bool find_parts(const Schema& schema, Dim rows, std::string_view bytes, PartPlace* to);

// Whether all of these values are 1.
bool are_ones(DType dtype, const std::byte* values, size_t count);

}  // namespace lacuna::data

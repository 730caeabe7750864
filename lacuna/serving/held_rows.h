// The rows of a table in a served file, found and decoded where they are mapped. A row is found in one of
// three ways, whichever takes the least room: all rows are there; an array holds a place for each id; or a
// hash table with open addressing, at most half full, holds pairs of an id and its place plus 1.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lacuna/base/config.h"
#include "lacuna/base/random.h"
#include "lacuna/serving/coding.h"
#include "lacuna/serving/served_file.h"
#include "lacuna/tensor/row_source.h"
#include "lacuna/tensor/tensor.h"

namespace lacuna::serving {

enum class Finding : uint8_t { all, array, hash32, hash64 };

// What the file's text tells of a table.
struct HeldRowsPlace {
  Finding finding = Finding::all;
  Coding coding = Coding::exact;
  int64_t held = 0;  // Rows.
  Place index{}, rows{};
  Draw draw{};  // Of the others.
};

// Writes the touched rows of a table, which are sorted by id, and how the others are drawn.
HeldRowsPlace write_rows(ServedFileWriter& file, const tensor::RowSparse& touched, const Draw& draw,
                         Coding coding);

// Throws InvalidArgument unless the places are within the file and fit the shape.
std::shared_ptr<const RowSource> held_rows(const ServedFile& file, const Shape& shape, DType dtype,
                                           const HeldRowsPlace& place);

}  // namespace lacuna::serving

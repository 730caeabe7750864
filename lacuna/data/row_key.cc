// Looks into the parts of rows.
#include "lacuna/data/row_key.h"

#include <bit>
#include <cstring>
#include <span>
#include <string_view>

#include "lacuna/base/random.h"
#include "lacuna/features/fingerprint.h"

namespace lacuna::data {
namespace {

// Of the bytes of values, whatever they are.
uint64_t key_of_bytes(uint64_t key, const std::byte* bytes, size_t count) {
  for (; count > 0; ++bytes, --count) key = mix(key ^ static_cast<uint64_t>(*bytes));
  return key;
}

uint64_t key_of_entries(const ColumnPlace& place, const tensor::Csr& csr, size_t row) {
  uint64_t key = 0;
  const size_t value = size_of(csr.dtype);
  with_index(csr, [&](auto indices, auto indptr) {
    for (auto k = static_cast<size_t>(indptr[row]); k < static_cast<size_t>(indptr[row + 1]); ++k) {
      const auto column = static_cast<Dim>(indices[k]);
      if (!place.whole && (column < place.range.begin || column >= place.range.end)) continue;
      key = mix(key ^ static_cast<uint64_t>(column));
      key = key_of_bytes(key, csr.data.data() + k * value, value);
    }
  });
  return key;
}

}  // namespace

ColumnPlace find_column(const char* where, const char* argument, const Schema& schema,
                        const std::string& name) {
  std::vector<std::string> known;
  for (size_t i = 0; i < schema.size(); ++i) {
    if (schema[i].name == name) return {.part = i};
    known.push_back(schema[i].name);
  }
  for (size_t i = 0; i < schema.size(); ++i)
    for (const ColumnRange& range : schema[i].columns) {
      if (range.name == name) return {.part = i, .whole = false, .range = range};
      known.push_back(range.name);
    }
  throw InvalidArgument(where, ": ", argument,
                        " must be a part or a column of the dataset. Received: ", argument, "='", name, "'",
                        nearest(name, known), ".");
}

uint64_t key_of_row(const ColumnPlace& place, const RowBlock& block, Dim row) {
  const Tensor& part = block.parts[place.part];
  const auto r = static_cast<size_t>(row);
  if (part.storage() == Storage::csr) return key_of_entries(place, part.csr(), r);
  const tensor::Dense& dense = part.dense();
  const size_t bytes = dense.data.bytes() / static_cast<size_t>(block.rows);
  if (dense.dtype == DType::string) {
    const size_t width = dense.size() / static_cast<size_t>(block.rows);
    auto texts = dense.values<std::string_view>().subspan(r * width, width);
    if (!place.whole) texts = texts.subspan(static_cast<size_t>(place.range.id), 1);
    uint64_t key = 0;
    for (const std::string_view text : texts) key = mix(key ^ features::fingerprint(text));
    return key;
  }
  if (!place.whole) {
    const size_t at = r * (bytes / size_of(dense.dtype)) + static_cast<size_t>(place.range.id);
    return static_cast<uint64_t>(dense.dtype == DType::int64 ? dense.values<int64_t>()[at]
                                                             : dense.values<int32_t>()[at]);
  }
  if (dense.dtype == DType::int64 && bytes == sizeof(int64_t))
    return static_cast<uint64_t>(dense.values<int64_t>()[r]);
  return key_of_bytes(0, dense.data.data() + r * bytes, bytes);
}

}  // namespace lacuna::data

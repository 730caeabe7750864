// The memory that rows take, which depends on the rows alone and not on the block that they are in.
#pragma once
#include <string_view>

#include "lacuna/data/dataset.h"

namespace lacuna::data {

// Of rows [begin, end).
inline size_t bytes_of_rows(const RowBlock& block, Dim begin, Dim end) {
  const auto count = static_cast<size_t>(end - begin);
  size_t all = 0;
  for (const Tensor& part : block.parts) {
    if (part.dtype() == DType::string) {  // Of each text its bytes, where they end, and a view of them.
      const auto texts = part.dense().values<std::string_view>();
      const size_t width = texts.size() / static_cast<size_t>(block.rows);
      for (const std::string_view text : texts.subspan(static_cast<size_t>(begin) * width, count * width))
        all += text.size() + sizeof(int64_t) + sizeof text;
      continue;
    }
    if (part.storage() != Storage::csr) {
      all += part.dense().data.bytes() / static_cast<size_t>(block.rows) * count;
      continue;
    }
    const tensor::Csr& csr = part.csr();
    with_index(csr, [&](auto, auto indptr) {
      const auto entries =
          static_cast<size_t>(indptr[static_cast<size_t>(end)] - indptr[static_cast<size_t>(begin)]);
      all += entries * (size_of(csr.dtype) + size_of(csr.index)) + count * size_of(DType::int64);
    });
  }
  return all;
}

}  // namespace lacuna::data

// Copies the rows of blocks to the ends of arrays that grow.
#include "lacuna/data/gathered_rows.h"

#include <algorithm>
#include <cstring>
#include <limits>

namespace lacuna::data {

std::byte* GatheredRows::Column::add(size_t bytes) {
  if (used + bytes > capacity) {
    capacity = std::max({size_t{1} << 16, used + bytes, used + used / 2});
    memory.reserve(capacity);
  }
  std::byte* const place = memory.data() + used;
  used += bytes;
  return place;
}

Buffer GatheredRows::Column::take() {
  Buffer result = memory.take(used);
  *this = {};
  return result;
}

GatheredRows::GatheredRows(const Schema& schema) {
  for (const RowPart& given : schema) {
    Part part{.spec = given.spec};
    if (given.spec.storage == Storage::csr) {
      part.index = given.spec.shape[1] > std::numeric_limits<int32_t>::max() ? DType::int64 : DType::int32;
    } else {
      Dim values = 1;
      for (size_t i = 1; i < given.spec.shape.size(); ++i) values *= given.spec.shape[i];
      part.row_bytes = static_cast<size_t>(values) * size_of(given.spec.dtype);
    }
    parts_.push_back(std::move(part));
  }
}

void GatheredRows::clear() {
  rows_ = 0;
  for (Part& part : parts_) {
    part.entries = 0;
    for (Column* column : {&part.values, &part.indices, &part.indptr}) column->used = 0;
  }
}

size_t GatheredRows::bytes() const {
  size_t all = 0;
  for (const Part& part : parts_) all += part.values.used + part.indices.used + part.indptr.used;
  return all;
}

size_t GatheredRows::bytes_of(const RowBlock& block) const {
  const auto rows = static_cast<size_t>(block.rows);
  size_t all = 0;
  for (size_t i = 0; i < parts_.size(); ++i) {
    const Part& part = parts_[i];
    if (part.spec.storage != Storage::csr) {
      all += rows * part.row_bytes;
      continue;
    }
    const size_t entry = size_of(part.spec.dtype) + size_of(part.index);
    all += block.parts[i].csr().nonzeros() * entry + rows * sizeof(int64_t);
  }
  return all;
}

void GatheredRows::append(const RowBlock& block, Dim begin, Dim end) {
  const auto from = static_cast<size_t>(begin), to = static_cast<size_t>(end);
  for (size_t i = 0; i < parts_.size(); ++i) {
    Part& part = parts_[i];
    if (part.spec.storage == Storage::csr) {
      append(part, block.parts[i].csr(), from, to);
    } else {
      const size_t bytes = (to - from) * part.row_bytes;
      if (bytes)
        std::memcpy(part.values.add(bytes), block.parts[i].dense().data.data() + from * part.row_bytes,
                    bytes);
    }
  }
  rows_ += end - begin;
}

void GatheredRows::append(Part& part, const tensor::Csr& from, size_t begin, size_t end) {
  with_index(from, [&](auto indices, auto indptr) {
    using I = typename decltype(indices)::value_type;
    const auto first = static_cast<size_t>(indptr[begin]), last = static_cast<size_t>(indptr[end]);
    const size_t count = last - first, value = size_of(part.spec.dtype);
    if (count) {
      std::memcpy(part.values.add(count * value), from.data.data() + first * value, count * value);
      std::memcpy(part.indices.add(count * sizeof(I)), indices.data() + first, count * sizeof(I));
    }
    auto* const ends = reinterpret_cast<int64_t*>(part.indptr.add((end - begin) * sizeof(int64_t)));
    for (size_t r = begin; r < end; ++r)
      ends[r - begin] = static_cast<int64_t>(part.entries + static_cast<size_t>(indptr[r + 1]) - first);
    part.entries += count;
  });
}

// The row pointers in the type of the indices.
void GatheredRows::write_ends(Part& part, Buffer& to) const {
  const bool wide = part.entries > static_cast<size_t>(std::numeric_limits<int32_t>::max());
  LACUNA_REQUIRE(part.index == DType::int64 || !wide,
                 "dataset: the rows in memory must have fewer than 2^31 entries. Received: ", part.entries,
                 ".");
  const std::span<const int64_t> ends(reinterpret_cast<const int64_t*>(part.indptr.memory.data()),
                                      static_cast<size_t>(rows_));
  const auto fill = [&](auto indptr) {
    using I = typename decltype(indptr)::value_type;
    indptr[0] = 0;
    std::ranges::transform(ends, indptr.begin() + 1, [](int64_t end) { return static_cast<I>(end); });
  };
  to.resize((ends.size() + 1) * size_of(part.index));
  if (part.index == DType::int64) fill(to.as<int64_t>());
  else fill(to.as<int32_t>());
}

// buffer(column): the memory of a column; ends(part): row pointers.
template <class BufferOf, class Ends>
std::vector<Tensor> GatheredRows::tensors(const BufferOf& buffer, const Ends& ends) {
  std::vector<Tensor> result;
  for (Part& part : parts_) {
    Shape shape = part.spec.shape;
    shape[0] = rows_;
    if (part.spec.storage != Storage::csr) {
      result.emplace_back(tensor::Dense{part.spec.dtype, shape, buffer(part.values)});
      continue;
    }
    tensor::Csr csr{.dtype = part.spec.dtype, .rows = rows_, .columns = shape[1], .index = part.index};
    csr.indptr = ends(part);
    csr.data = buffer(part.values);
    csr.indices = buffer(part.indices);
    result.emplace_back(std::move(csr));
  }
  return result;
}

std::vector<Tensor> GatheredRows::take() {
  std::vector<Tensor> result = tensors([](Column& column) { return column.take(); },
                                       [&](Part& part) {
                                         Buffer ends;
                                         write_ends(part, ends);
                                         part.indptr = {};
                                         part.entries = 0;
                                         return ends;
                                       });
  rows_ = 0;
  return result;
}

std::vector<Tensor> GatheredRows::view() {
  return tensors([](Column& column) { return column.view(); },
                 [&](Part& part) {
                   write_ends(part, part.ends);
                   return Buffer::alias(part.ends);
                 });
}

}  // namespace lacuna::data

// Copies the rows of blocks to the ends of arrays that grow.
#include "lacuna/data/gathered_rows.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>
#include <string_view>
#include <utility>

#include "lacuna/data/row_coding.h"

namespace lacuna::data {

namespace {

template <class T>
void fill_ones(std::byte* to, size_t count) {
  std::fill_n(reinterpret_cast<T*>(to), count, T{1});
}
void fill_ones(DType dtype, std::byte* to, size_t count) {
  with_dtype(dtype, [&](auto tag) { fill_ones<typename decltype(tag)::type>(to, count); });
}

}  // namespace

GatheredRows::GatheredRows(const Schema& schema) {
  for (const RowPart& given : schema) {
    Part part{.spec = given.spec};
    if (given.spec.storage == Storage::csr) {
      part.ones = true;
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
    part.ones = part.spec.storage == Storage::csr;
    for (GatheredColumn* column : {&part.values, &part.indices, &part.indptr, &part.views}) column->clear();
  }
}

size_t GatheredRows::bytes() const {
  size_t all = 0;
  for (const Part& part : parts_) {
    // As if ones were in memory: windows of rows must not depend on it.
    const bool csr = part.spec.storage == Storage::csr;
    all += csr ? part.entries * size_of(part.spec.dtype) : part.values.used();
    all += part.indices.used() + part.indptr.used();
    if (part.spec.dtype == DType::string)
      all += part.indptr.used() / sizeof(int64_t) * sizeof(std::string_view);
  }
  return all;
}

void GatheredRows::append(const RowBlock& block, Dim begin, Dim end) {
  const auto from = static_cast<size_t>(begin), to = static_cast<size_t>(end);
  for (size_t i = 0; i < parts_.size(); ++i) {
    Part& part = parts_[i];
    if (part.spec.storage == Storage::csr) {
      append(part, block.parts[i].csr(), from, to);
    } else if (part.spec.dtype == DType::string) {
      const size_t width = part.row_bytes / sizeof(std::string_view);
      append(part,
             block.parts[i].dense().values<std::string_view>().subspan(from * width, (to - from) * width));
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
    auto* const ends = reinterpret_cast<int64_t*>(part.indptr.add((end - begin) * sizeof(int64_t)));
    for (size_t r = begin; r < end; ++r)
      ends[r - begin] = static_cast<int64_t>(part.entries + static_cast<size_t>(indptr[r + 1]) - first);
    part.entries += count;
    if (!count) return;
    std::memcpy(part.indices.add(count * sizeof(I)), indices.data() + first, count * sizeof(I));
    const std::byte* const values = from.data.data() + first * value;
    if (part.ones && are_ones(part.spec.dtype, values, count)) return;
    if (part.ones) write_ones(part, count);
    std::memcpy(part.values.add(count * value), values, count * value);
  });
}

void GatheredRows::append(Part& part, std::span<const std::string_view> texts) {
  if (texts.empty()) return;
  size_t bytes = 0, end = part.values.used();
  for (const std::string_view text : texts) bytes += text.size();
  auto* ends = reinterpret_cast<int64_t*>(part.indptr.add(texts.size() * sizeof(int64_t)));
  auto* to = reinterpret_cast<char*>(part.values.add(bytes));
  for (const std::string_view text : texts) {
    to = std::ranges::copy(text, to).out;
    *ends++ = static_cast<int64_t>(end += text.size());
  }
}

char* GatheredRows::add_strings(size_t i, std::span<const uint32_t> ends) {
  Part& part = parts_[i];
  const size_t before = part.values.used();
  auto* const to = reinterpret_cast<int64_t*>(part.indptr.add((ends.size() - 1) * sizeof(int64_t)));
  for (size_t k = 1; k < ends.size(); ++k) to[k - 1] = static_cast<int64_t>(before + ends[k]);
  return reinterpret_cast<char*>(part.values.add(ends.back()));
}

// The texts, which hold their bytes.
Buffer GatheredRows::strings(Part& part, Buffer bytes, Buffer (*hand_out)(GatheredColumn&)) {
  const std::span<const int64_t> ends(reinterpret_cast<const int64_t*>(part.indptr.data()),
                                      part.indptr.used() / sizeof(int64_t));
  part.views.clear();
  auto* to = reinterpret_cast<std::string_view*>(part.views.add(ends.size() * sizeof(std::string_view)));
  const auto* const text = reinterpret_cast<const char*>(std::as_const(bytes).data());
  int64_t begin = 0;
  for (const int64_t end : ends) {
    *to++ = {text + begin, static_cast<size_t>(end - begin)};
    begin = end;
  }
  using Pair = std::pair<Buffer, Buffer>;
  const auto both = std::make_shared<const Pair>(hand_out(part.views), std::move(bytes));
  return Buffer::view(both->first.data(), both->first.bytes(), both);
}

void GatheredRows::write_ends(Part& part, std::span<const uint32_t> from) {
  auto* const ends = reinterpret_cast<int64_t*>(part.indptr.add((from.size() - 1) * sizeof(int64_t)));
  for (size_t r = 1; r < from.size(); ++r) ends[r - 1] = static_cast<int64_t>(part.entries + from[r]);
  part.entries += from.back();
}

// Writes the ones of all entries but the last `unwritten`; from here on values are in memory.
void GatheredRows::write_ones(Part& part, size_t unwritten) {
  const size_t count = part.entries - unwritten;
  part.ones = false;
  if (count == 0) return;
  fill_ones(part.spec.dtype, part.values.add(count * size_of(part.spec.dtype)), count);
}

// Part of one array, since windows of the same dataset have about the same size. Its pages take no memory
// before they are written, so there is room for windows that are larger than the first.
Buffer GatheredRows::lend_ones(Part& part) {
  constexpr size_t kFew = size_t{1} << 20, kMore = size_t{64} << 20;
  const size_t value = size_of(part.spec.dtype), bytes = part.entries * value;
  if (part.all_ones.bytes() < bytes) {
    part.all_ones = {};
    part.all_ones.resize(bytes + (bytes < kFew ? bytes : kMore));
    part.ones_written = 0;
  }
  if (part.ones_written < part.entries) {  // Beyond what was lent.
    fill_ones(part.spec.dtype, part.all_ones.data() + part.ones_written * value,
              part.entries - part.ones_written);
    part.ones_written = part.entries;
  }
  return Buffer::view(part.all_ones.data(), bytes, std::make_shared<Buffer>(part.all_ones));
}

// The row pointers in the type of the indices.
void GatheredRows::write_pointers(Part& part, Buffer& to) const {
  const bool wide = part.entries > static_cast<size_t>(std::numeric_limits<int32_t>::max());
  LACUNA_REQUIRE(part.index == DType::int64 || !wide,
                 "dataset: the rows in memory must have fewer than 2^31 entries. Received: ", part.entries,
                 ".");
  const std::span<const int64_t> ends(reinterpret_cast<const int64_t*>(part.indptr.data()),
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

Buffer GatheredRows::pointers_of(Part& part) const {
  Buffer result;
  write_pointers(part, result);
  return result;
}

Buffer GatheredRows::values_of(Part& part, Buffer (*hand_out)(GatheredColumn&)) {
  Buffer values = hand_out(part.values);
  return part.spec.dtype == DType::string ? strings(part, std::move(values), hand_out) : values;
}

// values(part), indices(part), pointers(part): the memory of a part.
template <class Values, class Indices, class Pointers>
std::vector<Tensor> GatheredRows::tensors(const Values& values, const Indices& indices,
                                          const Pointers& pointers) {
  std::vector<Tensor> result;
  for (Part& part : parts_) {
    Shape shape = part.spec.shape;
    shape[0] = rows_;
    if (part.spec.storage != Storage::csr) {
      result.emplace_back(tensor::Dense{part.spec.dtype, shape, values(part)});
      continue;
    }
    tensor::Csr csr{.dtype = part.spec.dtype, .rows = rows_, .columns = shape[1], .index = part.index};
    csr.indptr = pointers(part);
    csr.data = values(part);
    csr.indices = indices(part);
    result.emplace_back(std::move(csr));
  }
  return result;
}

std::vector<Tensor> GatheredRows::take() {
  std::vector<Tensor> result = tensors(
      [&](Part& part) {
        if (part.ones) write_ones(part, 0);
        return values_of(part, [](GatheredColumn& column) { return column.take(); });
      },
      [](Part& part) { return part.indices.take(); }, [&](Part& part) { return pointers_of(part); });
  clear();
  return result;
}

std::vector<Tensor> GatheredRows::lend() {
  std::vector<Tensor> result = tensors(
      [&](Part& part) {
        return part.ones ? lend_ones(part)
                         : values_of(part, [](GatheredColumn& column) { return column.lend(); });
      },
      [](Part& part) { return part.indices.lend(); }, [&](Part& part) { return pointers_of(part); });
  clear();
  return result;
}

std::vector<Tensor> GatheredRows::view() {
  return tensors(
      [&](Part& part) {
        if (part.ones) write_ones(part, 0);
        return values_of(part, [](GatheredColumn& column) { return column.view(); });
      },
      [](Part& part) { return part.indices.view(); },
      [&](Part& part) {
        write_pointers(part, part.ends);
        return Buffer::alias(part.ends);
      });
}

}  // namespace lacuna::data

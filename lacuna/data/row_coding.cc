// Each part of a block is an array after another, at multiples of 8 bytes: of csr the ends of its rows, the
// columns and the values; of a dense part the values. A word before the values tells how they are written.
#include "lacuna/data/row_coding.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <span>

namespace lacuna::data {
namespace {

enum class Coding : uint64_t { as_they_are, ones, bytes, shorts };

size_t padded(size_t bytes) { return (bytes + 7) / 8 * 8; }

void append(std::vector<char>& to, const void* from, size_t bytes) {
  const auto* const first = static_cast<const char*>(from);
  to.insert(to.end(), first, first + bytes);
  to.resize(to.size() + padded(bytes) - bytes, 0);
}

// Without a branch for each value: nearly all blocks that begin with ones have nothing else.
template <class T>
bool are_ones(std::span<const T> values) {
  constexpr size_t kAtOnce = 256;
  for (; values.size() >= kAtOnce; values = values.subspan(kAtOnce)) {
    int others = 0;
    for (size_t i = 0; i < kAtOnce; ++i) others |= values[i] != 1;
    if (others) return false;
  }
  return std::ranges::all_of(values, [](T value) { return value == 1; });
}

template <class Small, class T>
bool is_exact(T value) {
  return value >= static_cast<T>(std::numeric_limits<Small>::min()) &&
         value <= static_cast<T>(std::numeric_limits<Small>::max()) &&
         static_cast<T>(static_cast<Small>(value)) == value && !(value == 0 && std::signbit(value));
}

template <class Small, class T>
bool append_as(std::vector<char>& to, Coding coding, std::span<const T> values) {
  if (!std::ranges::all_of(values, is_exact<Small, T>)) return false;
  const auto word = static_cast<uint64_t>(coding);
  append(to, &word, sizeof word);
  const size_t at = to.size();
  to.resize(at + padded(values.size() * sizeof(Small)), 0);
  auto* const place = reinterpret_cast<Small*>(to.data() + at);
  std::ranges::transform(values, place, [](T value) { return static_cast<Small>(value); });
  return true;
}

template <class T>
void append_values(std::vector<char>& to, std::span<const T> values) {
  auto coding = static_cast<uint64_t>(Coding::as_they_are);
  if constexpr (std::is_floating_point_v<T>) {
    if (are_ones(values)) {
      coding = static_cast<uint64_t>(Coding::ones);
      return append(to, &coding, sizeof coding);
    }
    if (append_as<uint8_t>(to, Coding::bytes, values) || append_as<int16_t>(to, Coding::shorts, values))
      return;
  }
  append(to, &coding, sizeof coding);
  append(to, values.data(), values.size_bytes());
}

void append_values(std::vector<char>& to, DType dtype, const Buffer& values) {
  with_dtype(dtype, [&](auto tag) { append_values(to, values.as<typename decltype(tag)::type>()); });
}

// Takes arrays from the front of bytes.
class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : rest_(bytes) {}

  bool at_end() const { return rest_.empty(); }
  // Copies `count` values; false if there are not so many.
  template <class T>
  bool copy(T* to, size_t count) {
    if (count > rest_.size() / sizeof(T) || padded(count * sizeof(T)) > rest_.size()) return false;
    if (count) std::memcpy(to, rest_.data(), count * sizeof(T));
    rest_.remove_prefix(padded(count * sizeof(T)));
    return true;
  }
  template <class Small, class T>
  bool widen(T* to, size_t count) {
    if (count > rest_.size() / sizeof(Small) || padded(count * sizeof(Small)) > rest_.size()) return false;
    for (size_t i = 0; i < count; ++i) {
      Small value;
      std::memcpy(&value, rest_.data() + i * sizeof(Small), sizeof value);
      to[i] = static_cast<T>(value);
    }
    rest_.remove_prefix(padded(count * sizeof(Small)));
    return true;
  }
  template <class T>
  bool values(T* to, size_t count) {
    uint64_t coding = 0;
    if (!copy(&coding, 1)) return false;
    if (coding == static_cast<uint64_t>(Coding::as_they_are)) return copy(to, count);
    if constexpr (std::is_floating_point_v<T>) {
      if (coding == static_cast<uint64_t>(Coding::bytes)) return widen<uint8_t>(to, count);
      if (coding == static_cast<uint64_t>(Coding::shorts)) return widen<int16_t>(to, count);
      if (coding == static_cast<uint64_t>(Coding::ones)) return std::fill_n(to, count, T{1}), true;
    }
    return false;
  }
  bool values(DType dtype, Buffer& to, size_t count) {
    return with_dtype(dtype,
                      [&](auto tag) { return values(to.as<typename decltype(tag)::type>().data(), count); });
  }
  // How many of T there may be.
  template <class T>
  size_t most() const {
    return rest_.size() / sizeof(T);
  }

 private:
  std::string_view rest_;
};

template <class I>
void append_pattern(std::vector<char>& to, std::span<const I> indices, std::span<const I> indptr) {
  const I first = indptr.front();
  std::vector<uint32_t> ends(indptr.size());
  std::ranges::transform(indptr, ends.begin(), [&](I end) { return static_cast<uint32_t>(end - first); });
  append(to, ends.data(), ends.size() * sizeof(uint32_t));
  append(to, indices.data() + first, static_cast<size_t>(indptr.back() - first) * sizeof(I));
}

template <class I>
bool take_pattern(Bytes& bytes, size_t rows, tensor::Csr& to) {
  if (rows >= bytes.most<uint32_t>()) return false;
  std::vector<uint32_t> ends(rows + 1);
  if (!bytes.copy(ends.data(), ends.size()) || ends[0] != 0 || !std::ranges::is_sorted(ends)) return false;
  const size_t entries = ends.back();
  if (entries > bytes.most<I>() || entries > static_cast<size_t>(std::numeric_limits<int32_t>::max()))
    return false;
  to.resize(static_cast<Dim>(rows), to.columns, entries, to.dtype, to.index);
  std::ranges::transform(ends, to.indptr.as<I>().begin(), [](uint32_t end) { return static_cast<I>(end); });
  const std::span<I> indices = to.indices.as<I>();
  if (!bytes.copy(indices.data(), entries)) return false;
  uint64_t largest = 0;  // A negative one is larger than all that are in range.
  for (const I index : indices) largest = std::max(largest, static_cast<uint64_t>(index));
  return entries == 0 || largest < static_cast<uint64_t>(to.columns);
}

}  // namespace

void encode_rows(const Schema& schema, const RowBlock& rows, std::vector<char>& to) {
  for (size_t i = 0; i < schema.size(); ++i) {
    if (schema[i].spec.storage == Storage::csr) {
      const tensor::Csr& csr = rows.parts[i].csr();
      with_index(csr, [&](auto indices, auto indptr) { append_pattern(to, indices, indptr); });
      append_values(to, csr.dtype, csr.data);
    } else {
      append_values(to, rows.parts[i].dense().dtype, rows.parts[i].dense().data);
    }
  }
}

bool decode_rows(const Schema& schema, Dim rows, std::string_view given, RowBlock& to) {
  Bytes bytes(given);
  to.bad.clear();
  to.parts.resize(schema.size());
  for (size_t i = 0; i < schema.size(); ++i) {
    const Spec& spec = schema[i].spec;
    if (to.parts[i].storage() != spec.storage) to.parts[i] = Tensor::empty(spec);
    if (spec.storage == Storage::csr) {
      tensor::Csr& csr = to.parts[i].csr();
      csr.columns = spec.shape[1];
      csr.dtype = spec.dtype;
      csr.index = csr.columns > std::numeric_limits<int32_t>::max() ? DType::int64 : DType::int32;
      const bool wide = csr.index == DType::int64;
      const auto count = static_cast<size_t>(rows);
      if (wide ? !take_pattern<int64_t>(bytes, count, csr) : !take_pattern<int32_t>(bytes, count, csr))
        return false;
      if (!bytes.values(csr.dtype, csr.data, csr.nonzeros())) return false;
    } else {
      Shape shape = spec.shape;
      shape[0] = rows;
      tensor::Dense& dense = to.parts[i].dense();
      dense.resize(shape, spec.dtype);
      if (!bytes.values(spec.dtype, dense.data, dense.size())) return false;
    }
  }
  to.rows = rows;
  return bytes.at_end();
}

}  // namespace lacuna::data

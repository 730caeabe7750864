// Each part of a block is an array after another, at multiples of 8 bytes: of csr the ends of its rows, the
// columns and the values; of a dense part the values. A word before the values tells how they are written. Of
// strings there are the ends of all texts, from 0, and their bytes.
#include "lacuna/data/row_coding.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <span>

#include "lacuna/kernels/scan_columns.h"

namespace lacuna::data {
namespace {

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
  // Takes `count` values, which the target is given as part i.
  template <class T, class Target>
  bool values(Target& to, size_t i, size_t count) {
    uint64_t coding = 0;
    if (!copy(&coding, 1)) return false;
    const auto fits = [&](auto small) { return count <= rest_.size() / sizeof small; };
    if (coding == static_cast<uint64_t>(Coding::as_they_are))
      return fits(T{}) && copy(to.template add_values<T>(i, count), count);
    if constexpr (std::is_floating_point_v<T>) {
      if (coding == static_cast<uint64_t>(Coding::bytes))
        return fits(uint8_t{}) && widen<uint8_t>(to.template add_values<T>(i, count), count);
      if (coding == static_cast<uint64_t>(Coding::shorts))
        return fits(int16_t{}) && widen<int16_t>(to.template add_values<T>(i, count), count);
      if (coding == static_cast<uint64_t>(Coding::ones)) return to.template add_ones<T>(i, count), true;
    }
    return false;
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

// Takes the pattern of csr rows, which the target is given as part i. Returns the number of entries.
template <class I, class Target>
std::optional<size_t> take_pattern(Bytes& bytes, size_t rows, Dim columns, Target& to, size_t i) {
  if (rows >= bytes.most<uint32_t>()) return std::nullopt;
  std::vector<uint32_t> ends(rows + 1);
  if (!bytes.copy(ends.data(), ends.size()) || ends[0] != 0 || !std::ranges::is_sorted(ends))
    return std::nullopt;
  const size_t entries = ends.back();
  if (entries > bytes.most<I>() || entries > static_cast<size_t>(std::numeric_limits<int32_t>::max()))
    return std::nullopt;
  I* const indices = to.template add_pattern<I>(i, ends);
  if (!bytes.copy(indices, entries)) return std::nullopt;
  if (entries > 0 && kernels::scan_columns(indices, entries, false).largest >= static_cast<uint64_t>(columns))
    return std::nullopt;
  return entries;
}

void append_strings(std::vector<char>& to, std::span<const std::string_view> texts) {
  std::vector<uint32_t> ends(texts.size() + 1);
  uint64_t end = 0;
  for (size_t i = 0; i < texts.size(); ++i) ends[i + 1] = static_cast<uint32_t>(end += texts[i].size());
  LACUNA_REQUIRE(end <= std::numeric_limits<uint32_t>::max(),
                 "pack: the texts of a row must be smaller than 4 GB. Received: ", end, " bytes.");
  append(to, ends.data(), ends.size() * sizeof(uint32_t));
  for (const std::string_view text : texts) to.insert(to.end(), text.begin(), text.end());
  to.resize(to.size() + padded(end) - end, 0);
}

// Takes `count` texts, which the target is given as part i.
template <class Target>
bool take_strings(Bytes& bytes, size_t count, Target& to, size_t i) {
  if (count >= bytes.most<uint32_t>()) return false;
  std::vector<uint32_t> ends(count + 1);
  if (!bytes.copy(ends.data(), ends.size()) || ends[0] != 0 || !std::ranges::is_sorted(ends)) return false;
  return ends.back() <= bytes.most<char>() && bytes.copy(to.add_strings(i, ends), ends.back());
}

template <class Target>
bool decode(const Schema& schema, Dim rows, std::string_view given, Target& to) {
  Bytes bytes(given);
  const auto count = static_cast<size_t>(rows);
  for (size_t i = 0; i < schema.size(); ++i) {
    const Spec& spec = schema[i].spec;
    size_t values = count;
    if (spec.storage == Storage::csr) {
      const bool wide = spec.shape[1] > std::numeric_limits<int32_t>::max();
      const auto entries = wide ? take_pattern<int64_t>(bytes, count, spec.shape[1], to, i)
                                : take_pattern<int32_t>(bytes, count, spec.shape[1], to, i);
      if (!entries) return false;
      values = *entries;
    } else {
      for (size_t d = 1; d < spec.shape.size(); ++d) values *= static_cast<size_t>(spec.shape[d]);
    }
    if (spec.dtype == DType::string) {
      if (!take_strings(bytes, values, to, i)) return false;
      continue;
    }
    if (!with_dtype(spec.dtype,
                    [&](auto tag) { return bytes.values<typename decltype(tag)::type>(to, i, values); }))
      return false;
  }
  return bytes.at_end();
}

// Makes the tensors of a block, in their memory.
class BlockTarget {
 public:
  BlockTarget(const Schema& schema, Dim rows, RowBlock& to) : schema_(schema), to_(to) {
    to.bad.clear();
    to.rows = rows;
    to.parts.resize(schema.size());
    for (size_t i = 0; i < schema.size(); ++i)
      if (to.parts[i].storage() != schema[i].spec.storage) to.parts[i] = Tensor::empty(schema[i].spec);
  }

  template <class I>
  I* add_pattern(size_t i, std::span<const uint32_t> ends) {
    const Spec& spec = schema_[i].spec;
    tensor::Csr& csr = to_.parts[i].csr();
    csr.resize(to_.rows, spec.shape[1], ends.back(), spec.dtype, dtype_of<I>());
    std::ranges::transform(ends, csr.indptr.as<I>().begin(),
                           [](uint32_t end) { return static_cast<I>(end); });
    return csr.indices.as<I>().data();
  }
  template <class T>
  T* add_values(size_t i, size_t) {
    const Spec& spec = schema_[i].spec;
    if (spec.storage == Storage::csr) return to_.parts[i].csr().values<T>().data();
    Shape shape = spec.shape;
    shape[0] = to_.rows;
    to_.parts[i].dense().resize(shape, spec.dtype);
    return to_.parts[i].dense().values<T>().data();
  }
  template <class T>
  void add_ones(size_t i, size_t count) {
    std::fill_n(add_values<T>(i, count), count, T{1});
  }
  char* add_strings(size_t i, std::span<const uint32_t> ends) {
    Shape shape = schema_[i].spec.shape;
    shape[0] = to_.rows;
    tensor::Dense& dense = to_.parts[i].dense();
    char* const bytes = dense.resize_strings(shape, ends.back());
    const auto views = dense.values<std::string_view>();
    for (size_t k = 0; k < views.size(); ++k) views[k] = {bytes + ends[k], ends[k + 1] - ends[k]};
    return bytes;
  }

 private:
  const Schema& schema_;
  RowBlock& to_;
};

// Walks over the arrays of a block.
class ArrayPlaces {
 public:
  explicit ArrayPlaces(std::string_view bytes) : bytes_(bytes) {}

  bool at_end() const { return at_ == bytes_.size(); }
  // Sets where `count` values of that size begin; false if there are not so many.
  bool pass(uint64_t count, size_t size, uint32_t& begin) {
    const uint64_t left = bytes_.size() - at_;
    if (count > left / size || padded(count * size) > left) return false;
    begin = static_cast<uint32_t>(at_);
    at_ += padded(count * size);
    return true;
  }
  bool word(uint64_t& to) {
    uint32_t begin = 0;
    if (!pass(1, sizeof to, begin)) return false;
    std::memcpy(&to, bytes_.data() + begin, sizeof to);
    return true;
  }
  // The ends of rows; sets the last one.
  bool ends(uint64_t rows, PartPlace& to) {
    if (!pass(rows + 1, sizeof(uint32_t), to.ends)) return false;
    uint32_t before = 0, end = 0;
    bool rise = true;
    for (uint64_t r = 0; r <= rows; ++r, before = end) {
      std::memcpy(&end, bytes_.data() + to.ends + r * sizeof end, sizeof end);
      rise = rise && end >= before && (r > 0 || end == 0);
    }
    to.entries = end;
    return rise && end <= static_cast<uint32_t>(std::numeric_limits<int32_t>::max());
  }
  bool values(uint64_t count, DType dtype, PartPlace& to) {
    uint64_t coding = 0;
    if (!word(coding) || coding > static_cast<uint64_t>(Coding::shorts)) return false;
    to.coding = static_cast<Coding>(coding);
    if (to.coding == Coding::as_they_are) return pass(count, size_of(dtype), to.values);
    if (!is_float(dtype)) return false;
    if (to.coding == Coding::ones) return true;
    return pass(count, to.coding == Coding::bytes ? sizeof(uint8_t) : sizeof(int16_t), to.values);
  }

 private:
  std::string_view bytes_;
  uint64_t at_ = 0;
};

}  // namespace

bool find_parts(const Schema& schema, Dim rows, std::string_view bytes, PartPlace* to) {
  if (bytes.size() > std::numeric_limits<uint32_t>::max()) return false;
  ArrayPlaces places(bytes);
  for (size_t i = 0; i < schema.size(); ++i) {
    const Spec& spec = schema[i].spec;
    auto values = static_cast<uint64_t>(rows);
    if (spec.storage == Storage::csr) {
      const size_t index = spec.shape[1] > std::numeric_limits<int32_t>::max() ? 8 : 4;
      if (!places.ends(values, to[i]) || !places.pass(to[i].entries, index, to[i].indices)) return false;
      values = to[i].entries;
    } else {
      for (size_t d = 1; d < spec.shape.size(); ++d) values *= static_cast<uint64_t>(spec.shape[d]);
    }
    if (spec.dtype == DType::string) {
      if (!places.ends(values, to[i]) || !places.pass(to[i].entries, 1, to[i].values)) return false;
      continue;
    }
    if (!places.values(values, spec.dtype, to[i])) return false;
  }
  return places.at_end();
}

bool are_ones(DType dtype, const std::byte* values, size_t count) {
  return with_dtype(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    return are_ones(std::span(reinterpret_cast<const T*>(values), count));
  });
}

void encode_rows(const Schema& schema, const RowBlock& rows, std::vector<char>& to) {
  for (size_t i = 0; i < schema.size(); ++i) {
    if (schema[i].spec.storage == Storage::csr) {
      const tensor::Csr& csr = rows.parts[i].csr();
      with_index(csr, [&](auto indices, auto indptr) { append_pattern(to, indices, indptr); });
      append_values(to, csr.dtype, csr.data);
    } else if (schema[i].spec.dtype == DType::string) {
      append_strings(to, rows.parts[i].dense().values<std::string_view>());
    } else {
      append_values(to, rows.parts[i].dense().dtype, rows.parts[i].dense().data);
    }
  }
}

bool decode_rows(const Schema& schema, Dim rows, std::string_view bytes, RowBlock& to) {
  BlockTarget target(schema, rows, to);
  return decode(schema, rows, bytes, target);
}

bool decode_rows(const Schema& schema, Dim rows, std::string_view bytes, GatheredRows& to) {
  if (!decode(schema, rows, bytes, to)) return false;
  to.add_rows(rows);
  return true;
}

}  // namespace lacuna::data

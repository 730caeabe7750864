#include "lacuna/serving/held_rows.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>

#include "lacuna/base/error.h"

namespace lacuna::serving {
namespace {

template <class Key>
struct HashEntry {
  Key id, place_plus_1;  // 0: no id.
};

template <class Key>
size_t hash_home(Key id, int log_capacity) {
  return static_cast<size_t>((static_cast<uint64_t>(id) * 0x9E3779B97F4A7C15u) >> (64 - log_capacity));
}

int log_capacity_for(int64_t held) {
  return std::max(
      1, static_cast<int>(std::bit_width(static_cast<uint64_t>(std::max<int64_t>(1, held)) * 2 - 1)));
}

// Finders: the place of a row, or -1. Damaged bytes may give a wrong place, but one within bounds: read()
// checks them.
struct FindsAll {
  void prefetch(int64_t) const {}
  int64_t find(int64_t id) const { return id; }
};

struct FindsInArray {
  const int32_t* place_plus_1;
  void prefetch(int64_t id) const { __builtin_prefetch(place_plus_1 + id); }
  int64_t find(int64_t id) const { return int64_t{place_plus_1[id]} - 1; }
};

template <class Key>
struct FindsInHash {
  const HashEntry<Key>* entries;
  int log_capacity;
  void prefetch(int64_t id) const {
    __builtin_prefetch(entries + hash_home(static_cast<Key>(id), log_capacity));
  }
  int64_t find(int64_t id) const {
    const auto key = static_cast<Key>(id);
    const size_t mask = (size_t{1} << log_capacity) - 1;
    size_t h = hash_home(key, log_capacity);
    for (size_t tries = 0; tries <= mask; ++tries, h = (h + 1) & mask) {
      const HashEntry<Key>& e = entries[h];
      if (e.place_plus_1 == 0) return -1;
      if (e.id == key) return static_cast<int64_t>(e.place_plus_1) - 1;
    }
    return -1;
  }
};

template <class Finder>
class HeldRows final : public RowSource {
 public:
  HeldRows(Finder finder, Buffer index, Buffer rows, const HeldRowsPlace& place, DType dtype, Dim count,
           size_t width)
      : finder_(finder),
        index_(std::move(index)),
        rows_(std::move(rows)),
        coding_(place.coding),
        held_(static_cast<uint64_t>(place.held)),
        count_(static_cast<uint64_t>(count)),
        draw_(place.draw),
        dtype_(dtype),
        width_(width),
        row_bytes_(row_bytes(coding_, dtype, width)) {}

  void read(std::span<const int64_t> ids, std::byte* to) const override { read_all(ids, to); }
  void read(std::span<const int32_t> ids, std::byte* to) const override { read_all(ids, to); }

 private:
  // In blocks, so that the memory that a later step needs is on its way: the index, then the rows.
  template <class I>
  void read_all(std::span<const I> ids, std::byte* to) const {
    constexpr size_t kBlock = 16;
    std::array<const std::byte*, kBlock> from;
    const size_t out = width_ * size_of(dtype_);
    const size_t fetched =
        std::min<size_t>(row_bytes_, 256);  // The hardware fetches more of a row by itself.
    while (!ids.empty()) {
      const size_t n = std::min(kBlock, ids.size());
      for (size_t k = 0; k < n; ++k)
        if (static_cast<uint64_t>(ids[k]) < count_) finder_.prefetch(ids[k]);
      for (size_t k = 0; k < n; ++k) {
        const auto id = static_cast<uint64_t>(ids[k]);
        const auto place = id < count_ ? static_cast<uint64_t>(finder_.find(ids[k])) : ~uint64_t{0};
        from[k] = place < held_ ? rows_.data() + place * row_bytes_ : nullptr;
        for (size_t line = 0; from[k] && line < fetched; line += 64) __builtin_prefetch(from[k] + line);
      }
      for (size_t k = 0; k < n; ++k, to += out) {
        if (!from[k]) draw(ids[k], to);
        else if (coding_ == Coding::exact) copy_row(from[k], to, out);
        else decode_row(coding_, from[k], width_, reinterpret_cast<float*>(to));
      }
      ids = ids.subspan(n);
    }
  }

  static void copy_row(const std::byte* from, std::byte* to, size_t bytes) {
    if (bytes == sizeof(float)) std::memcpy(to, from, sizeof(float));
    else std::memcpy(to, from, bytes);
  }

  void draw(int64_t id, std::byte* to) const {
    if (dtype_ == DType::float64) draw_.row(id, std::span(reinterpret_cast<double*>(to), width_));
    else draw_.row(id, std::span(reinterpret_cast<float*>(to), width_));
  }

  Finder finder_;
  Buffer index_, rows_;
  Coding coding_;
  uint64_t held_, count_;
  Draw draw_;
  DType dtype_;
  size_t width_, row_bytes_;
};

size_t width_of(const Shape& shape) {
  size_t width = 1;
  for (size_t i = 1; i < shape.size(); ++i) width *= static_cast<size_t>(shape[i]);
  return width;
}

Place write_array(ServedFileWriter& file, std::span<const int64_t> ids, Dim rows) {
  std::vector<int32_t> places(static_cast<size_t>(rows));
  for (size_t i = 0; i < ids.size(); ++i) places[static_cast<size_t>(ids[i])] = static_cast<int32_t>(i + 1);
  return file.section(std::as_bytes(std::span(places)));
}

template <class Key>
Place write_hash(ServedFileWriter& file, std::span<const int64_t> ids) {
  const int log_capacity = log_capacity_for(static_cast<int64_t>(ids.size()));
  const size_t mask = (size_t{1} << log_capacity) - 1;
  std::vector<HashEntry<Key>> entries(mask + 1);
  for (size_t i = 0; i < ids.size(); ++i) {
    size_t h = hash_home(static_cast<Key>(ids[i]), log_capacity);
    while (entries[h].place_plus_1) h = (h + 1) & mask;
    entries[h] = {static_cast<Key>(ids[i]), static_cast<Key>(i + 1)};
  }
  return file.section(std::as_bytes(std::span(entries)));
}

// The way that takes the fewest bytes. The hash table of 32 bits holds ids and places below 2^32 - 1.
Finding best_finding(Dim rows, int64_t held, size_t row) {
  const double hash_entries = std::ldexp(1.0, log_capacity_for(held));
  const bool narrow = rows <= int64_t{std::numeric_limits<uint32_t>::max()};
  const double held_bytes = static_cast<double>(held) * static_cast<double>(row);
  const double all = static_cast<double>(rows) * static_cast<double>(row),
               array = static_cast<double>(rows) * 4, hash = hash_entries * (narrow ? 8 : 16);
  // A row that is found without an index costs one access to memory less, which is worth half as much again.
  if (all <= 1.5 * (held_bytes + std::min(array, hash))) return Finding::all;
  if (rows < Dim{1} << 31 && array <= hash) return Finding::array;
  return narrow ? Finding::hash32 : Finding::hash64;
}

}  // namespace

HeldRowsPlace write_rows(ServedFileWriter& file, const tensor::RowSparse& touched, const Draw& draw,
                         Coding coding) {
  const auto ids = touched.row_ids();
  const size_t width = width_of(touched.shape), out = width * size_of(touched.dtype),
               row = row_bytes(coding, touched.dtype, width);
  const Dim rows = touched.shape[0];
  HeldRowsPlace result{.finding = best_finding(rows, static_cast<int64_t>(ids.size()), row),
                       .coding = coding,
                       .held = static_cast<int64_t>(ids.size()),
                       .draw = draw};
  std::vector<std::byte> coded(row), drawn(out);
  const auto add = [&](const std::byte* values) {
    if (coding == Coding::exact) return file.add({values, out});
    encode_row(coding, reinterpret_cast<const float*>(values), width, coded.data());
    file.add(coded);
  };
  file.begin();
  if (result.finding == Finding::all) {
    size_t next = 0;
    for (Dim id = 0; id < rows; ++id) {
      if (next < ids.size() && ids[next] == id) {
        add(touched.data.data() + next++ * out);
        continue;
      }
      if (touched.dtype == DType::float64)
        draw.row(id, std::span(reinterpret_cast<double*>(drawn.data()), width));
      else draw.row(id, std::span(reinterpret_cast<float*>(drawn.data()), width));
      add(drawn.data());
    }
    result.held = rows;
  } else {
    for (size_t i = 0; i < ids.size(); ++i) add(touched.data.data() + i * out);
  }
  result.rows = file.end();
  if (result.finding == Finding::array) result.index = write_array(file, ids, rows);
  if (result.finding == Finding::hash32) result.index = write_hash<uint32_t>(file, ids);
  if (result.finding == Finding::hash64) result.index = write_hash<uint64_t>(file, ids);
  return result;
}

std::shared_ptr<const RowSource> held_rows(const ServedFile& file, const Shape& shape, DType dtype,
                                           const HeldRowsPlace& place) {
  const size_t width = width_of(shape);
  const Dim rows = shape[0];
  const Buffer all = file.section(place.rows);
  Buffer index;
  if (place.finding != Finding::all) index = file.section(place.index);
  const size_t row = row_bytes(place.coding, dtype, width);
  if (place.held < 0 || place.held > rows || (place.finding == Finding::all && place.held != rows) ||
      (row > 0 && all.bytes() / row < static_cast<uint64_t>(place.held)))
    file.damaged(text("a table of shape ", to_string(shape), " whose ", place.held, " rows have ",
                      all.bytes(), " bytes"));
  const auto made = [&](auto finder) -> std::shared_ptr<const RowSource> {
    return std::make_shared<HeldRows<decltype(finder)>>(finder, index, all, place, dtype, rows, width);
  };
  if (place.finding == Finding::all) return made(FindsAll{});
  const auto wrong = [&] {
    file.damaged(text("a table of shape ", to_string(shape), " with an index of ", index.bytes(), " bytes"));
  };
  if (place.finding == Finding::array) {
    if (index.bytes() / sizeof(int32_t) != static_cast<uint64_t>(rows)) wrong();
    return made(FindsInArray{reinterpret_cast<const int32_t*>(index.data())});
  }
  const auto in_hash = [&](auto key) {
    using Key = decltype(key);
    const size_t capacity = index.bytes() / sizeof(HashEntry<Key>);
    if (!std::has_single_bit(capacity) || capacity < 2 || index.bytes() % sizeof(HashEntry<Key>)) wrong();
    return made(FindsInHash<Key>{reinterpret_cast<const HashEntry<Key>*>(index.data()),
                                 static_cast<int>(std::bit_width(capacity)) - 1});
  };
  return place.finding == Finding::hash32 ? in_hash(uint32_t{}) : in_hash(uint64_t{});
}

}  // namespace lacuna::serving

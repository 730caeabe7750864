// Rows are gathered part by part: where they begin, then their columns, then their values, each in a loop
// that fetches what comes some rows later. What is read from the file is used as an index only after a check,
// as another program may write to it.
#include "lacuna/data/packed_at_random.h"

#include <xxhash.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <limits>
#include <mutex>
#include <type_traits>
#include <utility>

#include "lacuna/base/interrupt.h"
#include "lacuna/base/threads.h"
#include "lacuna/data/row_coding.h"
#include "lacuna/kernels/scan_columns.h"

namespace lacuna::data {
namespace {

constexpr size_t kEndsAhead = 16, kEntriesAhead = 12;  // How many rows ahead of the copy to prefetch.
constexpr size_t kRowsOfThread = 1024;
constexpr size_t kBlocksBetweenPolls = 64;

void prefetch_bytes(const std::byte* begin, size_t bytes) {
  constexpr size_t kLine = 64, kMost = 512;  // Beyond this the hardware prefetches by itself.
  for (size_t i = 0; i < std::min(bytes, kMost); i += kLine) __builtin_prefetch(begin + i);
}

template <class Small, class T>
inline void widen_values(const std::byte* from, T* to, size_t count) {
  for (size_t k = 0; k < count; ++k) {
    Small value;
    std::memcpy(&value, from + k * sizeof(Small), sizeof value);
    to[k] = static_cast<T>(value);
  }
}

template <class T>
inline void copy_values(Coding coding, const std::byte* values, size_t first, size_t count, T* to) {
  if (coding == Coding::as_they_are) std::memcpy(to, values + first * sizeof(T), count * sizeof(T));
  if constexpr (std::is_floating_point_v<T>) {
    if (coding == Coding::ones) std::fill_n(to, count, T{1});
    if (coding == Coding::bytes) widen_values<uint8_t>(values + first * sizeof(uint8_t), to, count);
    if (coding == Coding::shorts) widen_values<int16_t>(values + first * sizeof(int16_t), to, count);
  }
}

// The blocks whose checksums were right when the file was as it was written then.
class CheckedBlocks {
 public:
  CheckedBlocks(int64_t file_written, size_t blocks) : written(file_written), parts_(blocks) {}
  ~CheckedBlocks() {
    for (auto& parts : parts_) delete[] parts.load();
  }
  CheckedBlocks(const CheckedBlocks&) = delete;
  CheckedBlocks& operator=(const CheckedBlocks&) = delete;

  // Null of one that was not checked yet.
  const PartPlace* parts(size_t block) const { return parts_[block].load(std::memory_order_acquire); }
  void set(size_t block, std::unique_ptr<PartPlace[]> parts) {
    PartPlace* none = nullptr;
    if (parts_[block].compare_exchange_strong(none, parts.get())) static_cast<void>(parts.release());
  }

  const int64_t written;

 private:
  std::vector<std::atomic<PartPlace*>> parts_;
};

// Finds the block of a row: nearly always at once, since blocks have about the same number of rows.
class BlockOfRow {
 public:
  explicit BlockOfRow(const std::vector<BlockPlace>& blocks) {
    uint64_t rows = 0;
    for (const BlockPlace& block : blocks) {
      firsts_.push_back(static_cast<uint32_t>(rows));
      begins_.push_back(block.begin);
      rows += static_cast<uint64_t>(block.rows);
    }
    while ((rows >> shift_) > 4 * firsts_.size()) ++shift_;
    for (uint64_t row = 0; row < rows; row += uint64_t{1} << shift_)
      guesses_.push_back(static_cast<uint32_t>(find(0, firsts_.size(), row)));
  }

  size_t operator()(uint32_t row) const {
    const size_t place = row >> shift_;
    const size_t least = guesses_[place],
                 most = place + 1 < guesses_.size() ? guesses_[place + 1] : firsts_.size() - 1;
    return least == most ? least : find(least, most + 1, row);
  }
  uint32_t first(size_t block) const { return firsts_[block]; }
  uint64_t begin(size_t block) const { return begins_[block]; }

 private:
  size_t find(size_t begin, size_t end, uint64_t row) const {
    const auto at = firsts_.begin();
    return static_cast<size_t>(std::upper_bound(at + static_cast<std::ptrdiff_t>(begin),
                                                at + static_cast<std::ptrdiff_t>(end), row) -
                               at) -
           1;
  }

  std::vector<uint32_t> firsts_{}, guesses_{};
  std::vector<uint64_t> begins_{};
  int shift_ = 0;
};

class PackedAtRandom final : public RandomRows {
 public:
  PackedAtRandom(const char* where, const PackedFile& file, const Foot& foot)
      : file_(file), foot_(foot), mapped_(where, file.path(), file.number()), block_of_(foot.blocks) {
    for (const BlockPlace& block : foot.blocks)
      file.require(block.stored <= mapped_.size() && block.begin <= mapped_.size() - block.stored, where,
                   "it was cut short");
  }

  void gather(const char* where, std::span<const uint32_t> rows, GatheredRows& to) const override {
    const std::shared_ptr<CheckedBlocks> blocks = checked(where);
    const std::vector<RowAt> places = find(where, rows, *blocks);
    for (size_t i = 0; i < foot_.schema.size(); ++i) {
      const Spec& spec = foot_.schema[i].spec;
      if (spec.dtype == DType::string) gather_strings(where, places, i, to);
      else if (spec.storage != Storage::csr) gather_dense(where, places, i, to);
      else if (spec.shape[1] > std::numeric_limits<int32_t>::max()) gather_csr<int64_t>(where, places, i, to);
      else gather_csr<int32_t>(where, places, i, to);
    }
    to.add_rows(static_cast<Dim>(rows.size()));
  }

 private:
  // Where a row is: in a block that begins there, with its parts, the row of that number.
  struct RowAt {
    const PartPlace* parts;
    uint64_t begin;
    uint32_t row;
  };

  std::shared_ptr<CheckedBlocks> checked(const char* where) const {
    const int64_t written = mapped_.written(where);
    const std::lock_guard lock(mutex_);
    if (!checked_ || checked_->written != written)
      checked_ = std::make_shared<CheckedBlocks>(written, foot_.blocks.size());
    return checked_;
  }

  std::vector<RowAt> find(const char* where, std::span<const uint32_t> rows, CheckedBlocks& blocks) const {
    std::vector<RowAt> places(rows.size());
    std::vector<size_t> unknown;
    const auto set = [&](size_t k) {
      const size_t block = block_of_(rows[k]);
      const PartPlace* const parts = blocks.parts(block);
      places[k] = {parts, block_of_.begin(block), rows[k] - block_of_.first(block)};
      if (!parts) unknown.push_back(block);
    };
    for (size_t k = 0; k < rows.size(); ++k) set(k);
    if (!unknown.empty()) {
      std::ranges::sort(unknown);  // A disk reads them best in their order.
      const auto repeated = std::ranges::unique(unknown);
      unknown.erase(repeated.begin(), repeated.end());
      check(where, unknown, blocks);
      for (size_t k = 0; k < rows.size(); ++k) set(k);
    }
    return places;
  }

  void check(const char* where, std::span<const size_t> blocks, CheckedBlocks& to) const {
    for (; !blocks.empty(); blocks = blocks.subspan(std::min(blocks.size(), kBlocksBetweenPolls))) {
      poll_interrupt();
      parallel_for(std::min(blocks.size(), kBlocksBetweenPolls), 1, [&](size_t begin, size_t end) {
        for (size_t i = begin; i < end; ++i) to.set(blocks[i], checked_parts(where, foot_.blocks[blocks[i]]));
      });
    }
  }

  std::unique_ptr<PartPlace[]> checked_parts(const char* where, const BlockPlace& block) const {
    auto parts = std::make_unique<PartPlace[]>(foot_.schema.size());
    bool same = false;
    mapped_.guarded(where, [&](const std::byte* bytes) {
      const std::string_view block_bytes(reinterpret_cast<const char*>(bytes + block.begin), block.stored);
      same = XXH3_64bits(block_bytes.data(), block_bytes.size()) == block.checksum &&
             find_parts(foot_.schema, block.rows, block_bytes, parts.get());
    });
    require(where, same);
    return parts;
  }

  // Calls copy(bytes, begin, end) for all rows on several threads.
  template <class Copy>
  void in_blocks(const char* where, size_t rows, const Copy& copy) const {
    parallel_for(rows, kRowsOfThread, [&](size_t begin, size_t end) {
      mapped_.guarded(where, [&](const std::byte* bytes) { copy(bytes, begin, end); });
    });
  }

  template <class I>
  void gather_csr(const char* where, const std::vector<RowAt>& places, size_t part, GatheredRows& to) const {
    const size_t rows = places.size();
    std::vector<uint32_t> firsts(rows), ends(rows + 1, 0);
    std::atomic<bool> fit = true;
    in_blocks(where, rows, [&](const std::byte* bytes, size_t begin, size_t end) {
      const auto place_of = [&](size_t k) {
        return bytes + places[k].begin + places[k].parts[part].ends + sizeof(uint32_t) * places[k].row;
      };
      bool all = true;
      for (size_t k = begin; k < end; ++k) {
        if (k + kEndsAhead < end) __builtin_prefetch(place_of(k + kEndsAhead));
        uint32_t row[2];
        std::memcpy(row, place_of(k), sizeof row);
        all &= row[0] <= row[1] && row[1] <= places[k].parts[part].entries;
        firsts[k] = row[0];
        ends[k + 1] = row[1] - row[0];
      }
      if (!all) fit.store(false, std::memory_order_relaxed);
    });
    require(where, fit);
    uint64_t entries = 0;
    for (size_t k = 1; k <= rows; ++k) ends[k] = static_cast<uint32_t>(entries += ends[k]);
    LACUNA_REQUIRE(entries <= static_cast<uint64_t>(std::numeric_limits<int32_t>::max()), where,
                   ": rows that are read together must have fewer than 2^31 entries. Received: ", entries,
                   ".");

    I* const columns = to.add_pattern<I>(part, ends);
    in_blocks(where, rows, [&](const std::byte* bytes, size_t begin, size_t end) {
      const auto place_of = [&](size_t k) {
        return bytes + places[k].begin + places[k].parts[part].indices + sizeof(I) * firsts[k];
      };
      for (size_t k = begin; k < end; ++k) {
        if (const size_t later = k + kEntriesAhead; later < end)
          prefetch_bytes(place_of(later), (ends[later + 1] - ends[later]) * sizeof(I));
        std::memcpy(columns + ends[k], place_of(k), (ends[k + 1] - ends[k]) * sizeof(I));
      }
    });
    const auto columns_there_are = static_cast<uint64_t>(foot_.schema[part].spec.shape[1]);
    require(where,
            entries == 0 || kernels::scan_columns(columns, entries, false).largest < columns_there_are);
    gather_values(where, places, part, entries, to, [&](size_t k) {
      return Values{firsts[k], ends[k], ends[k + 1] - ends[k]};
    });
  }

  // How many values each row of a dense part has.
  size_t width_of(size_t part) const {
    size_t width = 1;
    const Shape& shape = foot_.schema[part].spec.shape;
    for (size_t d = 1; d < shape.size(); ++d) width *= static_cast<size_t>(shape[d]);
    return width;
  }

  // The texts of a row stand one after another, as their ends do.
  void gather_strings(const char* where, const std::vector<RowAt>& places, size_t part,
                      GatheredRows& to) const {
    const size_t rows = places.size(), width = width_of(part);
    std::vector<uint32_t> firsts(rows), ends(rows * width + 1, 0);
    std::atomic<bool> fit = true;
    in_blocks(where, rows, [&](const std::byte* bytes, size_t begin, size_t end) {
      bool all = true;
      for (size_t k = begin; k < end; ++k) {
        const PartPlace& at = places[k].parts[part];
        const std::byte* const row =
            bytes + places[k].begin + at.ends + sizeof(uint32_t) * width * places[k].row;
        uint32_t before = 0, next = 0;
        std::memcpy(&before, row, sizeof before);
        firsts[k] = before;
        for (size_t t = 1; t <= width; ++t, before = next) {
          std::memcpy(&next, row + t * sizeof next, sizeof next);
          all &= before <= next && next <= at.entries;
          ends[k * width + t] = next - before;
        }
      }
      if (!all) fit.store(false, std::memory_order_relaxed);
    });
    require(where, fit);
    uint64_t size = 0;
    for (size_t t = 1; t < ends.size(); ++t) ends[t] = static_cast<uint32_t>(size += ends[t]);
    LACUNA_REQUIRE(size <= std::numeric_limits<uint32_t>::max(), where,
                   ": rows that are read together must have texts of less than 4 GB. Received: ", size,
                   " bytes.");
    char* const texts = to.add_strings(part, ends);
    in_blocks(where, rows, [&](const std::byte* bytes, size_t begin, size_t end) {
      for (size_t k = begin; k < end; ++k)
        std::memcpy(texts + ends[k * width],
                    bytes + places[k].begin + places[k].parts[part].values + firsts[k],
                    ends[(k + 1) * width] - ends[k * width]);
    });
  }

  void gather_dense(const char* where, const std::vector<RowAt>& places, size_t part,
                    GatheredRows& to) const {
    const size_t width = width_of(part);
    gather_values(where, places, part, places.size() * width, to, [&](size_t k) {
      return Values{places[k].row * width, k * width, width};
    });
  }

  // Of a row: the first one in its block and in what is gathered.
  struct Values {
    size_t from, to, count;
  };

  template <class ValuesOf>
  void gather_values(const char* where, const std::vector<RowAt>& places, size_t part, size_t count,
                     GatheredRows& to, const ValuesOf& values_of) const {
    const auto is_ones = [&](const RowAt& at) { return at.parts[part].coding == Coding::ones; };
    with_dtype(foot_.schema[part].spec.dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      if (std::ranges::all_of(places, is_ones)) return to.template add_ones<T>(part, count);
      T* const values = to.template add_values<T>(part, count);
      in_blocks(where, places.size(), [&](const std::byte* bytes, size_t begin, size_t end) {
        const auto place_of = [&](size_t k) {
          return bytes + places[k].begin + places[k].parts[part].values;
        };
        for (size_t k = begin; k < end; ++k) {
          if (const size_t later = k + kEntriesAhead; later < end) {
            const size_t size = size_of_value<T>(places[later].parts[part].coding);
            const Values next = values_of(later);
            prefetch_bytes(place_of(later) + next.from * size, next.count * size);
          }
          const Values row = values_of(k);
          copy_values(places[k].parts[part].coding, place_of(k), row.from, row.count, values + row.to);
        }
      });
    });
  }

  template <class T>
  static size_t size_of_value(Coding coding) {
    if (coding == Coding::as_they_are) return sizeof(T);
    return coding == Coding::ones ? 0 : coding == Coding::bytes ? sizeof(uint8_t) : sizeof(int16_t);
  }

  void require(const char* where, bool whole) const { file_.require(whole, where, "a block is damaged"); }

  const PackedFile& file_;
  const Foot& foot_;
  const MappedFile mapped_;
  const BlockOfRow block_of_;
  mutable std::mutex mutex_{};
  mutable std::shared_ptr<CheckedBlocks> checked_{};
};

}  // namespace

uint64_t most_in_memory(const Foot& foot) {
  uint64_t bytes = 0, of_row = 0, times = 0;
  for (const BlockPlace& block : foot.blocks) bytes += block.bytes;
  for (const RowPart& part : foot.schema) {
    const uint64_t value = size_of(part.spec.dtype);
    if (part.spec.storage == Storage::csr) {
      const uint64_t index = part.spec.shape[1] > std::numeric_limits<int32_t>::max() ? 8 : 4;
      times = std::max(times, (index + value + index - 1) / index);
      of_row += sizeof(int64_t);
    } else {
      const bool string = part.spec.dtype == DType::string;  // A view and an end, beside its bytes.
      if (string) times = std::max<uint64_t>(times, 1);
      uint64_t values = value + (string ? sizeof(int64_t) : 0);
      for (size_t d = 1; d < part.spec.shape.size(); ++d) values *= static_cast<uint64_t>(part.spec.shape[d]);
      of_row += values;
    }
  }
  return times * bytes + of_row * static_cast<uint64_t>(foot.rows);
}

std::unique_ptr<RandomRows> open_at_random(const char* where, const PackedFile& file, const Foot& foot) {
  return std::make_unique<PackedAtRandom>(where, file, foot);
}

}  // namespace lacuna::data

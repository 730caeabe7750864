// A hash table with open addressing from the hashes of words to their places in a list, which the caller
// holds. The hash is XXH3, whose quick form for short texts is inlined.
#pragma once
#ifndef XXH_INLINE_ALL
#define XXH_INLINE_ALL
#endif
#include <xxhash.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "lacuna/base/error.h"
#include "lacuna/tensor/slot_index.h"

namespace lacuna::features {

inline uint64_t hash_of(std::string_view word) { return XXH3_64bits(word.data(), word.size()); }

class WordSlots {
 public:
  static constexpr size_t kMost = 0xFFFFFFFEu;  // Words.

  // Room for `count` words.
  explicit WordSlots(size_t count = 0) : slots_(capacity_for(count)), mask_(capacity_for(count) - 1) {}

  void prefetch(uint64_t hash) const { __builtin_prefetch(&slots_[hash & mask_]); }

  // The place of the word with this hash for which same(place) holds; -1 if there is none.
  template <class Same>
  int64_t find(uint64_t hash, const Same& same) const {
    const auto tag = static_cast<uint32_t>(hash >> 32);
    for (size_t h = hash & mask_;; h = (h + 1) & mask_) {
      const Slot slot = slots_[h];
      if (slot.place_plus_1 == 0) return -1;
      if (slot.tag == tag && same(slot.place_plus_1 - 1)) return slot.place_plus_1 - int64_t{1};
    }
  }

  // The place that find(hash) asks about first; -1 if it does not ask.
  int64_t candidate(uint64_t hash) const {
    int64_t first = -1;
    find(hash, [&](size_t place) { return first = static_cast<int64_t>(place), true; });
    return first;
  }

  // Whether one more word needs grow().
  bool full(size_t count) const { return (count + 1) * 4 > (mask_ + 1) * 3; }

  // A word that is not there yet.
  void insert(uint64_t hash, size_t place) {
    size_t h = hash & mask_;
    while (slots_[h].place_plus_1) h = (h + 1) & mask_;
    slots_[h] = {static_cast<uint32_t>(hash >> 32), static_cast<uint32_t>(place + 1)};
  }

  // Makes room for twice as many; hash_at(place) tells the hash of each of the `count` words.
  template <class HashAt>
  void grow(size_t count, const HashAt& hash_at) {
    WordSlots larger(count * 2);
    for (size_t place = 0; place < count; ++place) larger.insert(hash_at(place), place);
    *this = std::move(larger);
  }

 private:
  struct Slot {
    uint32_t tag, place_plus_1;  // 0: free.
  };

  static size_t capacity_for(size_t count) { return std::bit_ceil(count + count / 3 + 64); }

  ZeroPages<Slot> slots_;
  size_t mask_;
};

}  // namespace lacuna::features

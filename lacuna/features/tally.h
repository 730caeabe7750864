// Counts of values, for one thread.
#pragma once
#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "lacuna/base/random.h"
#include "lacuna/features/word_slots.h"
#include "lacuna/tensor/slot_index.h"

namespace lacuna::features {

// How often a value was met, in how many documents, and in which one last.
struct Met {
  int64_t count = 0, documents = 0, last = -1;

  void in(int64_t document) {
    ++count;
    documents += last != document;
    last = document;
  }
  void add(const Met& other) {
    count += other.count;
    documents += other.documents;
  }
};

// Memory for the bytes of words, which do not move.
class WordBytes {
 public:
  std::string_view keep(std::string_view word) {
    if (word.size() > room_) {
      room_ = std::max(kBlock, word.size());
      blocks_.push_back(std::make_unique_for_overwrite<char[]>(room_));
      next_ = blocks_.back().get();
    }
    if (word.empty()) return {};
    std::memcpy(next_, word.data(), word.size());
    const std::string_view kept(next_, word.size());
    next_ += word.size();
    room_ -= word.size();
    return kept;
  }

 private:
  static constexpr size_t kBlock = size_t{1} << 16;
  std::vector<std::unique_ptr<char[]>> blocks_{};
  char* next_ = nullptr;
  size_t room_ = 0;
};

class WordTally {
 public:
  struct Entry {
    std::string_view value;
    uint64_t hash;
    Met met;
  };

  void add(std::string_view word, int64_t document) { met(word, hash_of(word)).in(document); }
  // The entry of another tally, of which the bytes stay where they are.
  void add(const Entry& other) {
    const int64_t place = find(other.value, other.hash);
    if (place >= 0) entries_[static_cast<size_t>(place)].met.add(other.met);
    else append(other);
  }
  const std::vector<Entry>& entries() const { return entries_; }
  static uint64_t part(const Entry& entry) { return entry.hash >> 24; }
  static uint64_t rank(std::string_view word) {  // Orders words as far as their first 8 bytes do.
    uint64_t bytes = 0;
    if (!word.empty()) std::memcpy(&bytes, word.data(), std::min<size_t>(word.size(), 8));
    return std::endian::native == std::endian::little ? __builtin_bswap64(bytes) : bytes;
  }

 private:
  int64_t find(std::string_view word, uint64_t hash) const {
    return slots_.find(hash, [&](size_t place) { return entries_[place].value == word; });
  }
  Met& met(std::string_view word, uint64_t hash) {
    const int64_t place = find(word, hash);
    if (place >= 0) [[likely]]
      return entries_[static_cast<size_t>(place)].met;
    append({bytes_.keep(word), hash, {}});
    return entries_.back().met;
  }
  void append(const Entry& entry) {
    LACUNA_REQUIRE(entries_.size() < WordSlots::kMost,
                   "Counter: there must be fewer than 2^32 - 1 words. Received: more.");
    if (slots_.full(entries_.size()))
      slots_.grow(entries_.size(), [&](size_t place) { return entries_[place].hash; });
    slots_.insert(entry.hash, entries_.size());
    entries_.push_back(entry);
  }

  WordBytes bytes_{};
  WordSlots slots_{};
  std::vector<Entry> entries_{};
};

class NumberTally {
 public:
  struct Entry {
    int64_t value;
    Met met;
  };

  void add(int64_t number, int64_t document) { met(number).in(document); }
  void add(const Entry& other) { met(other.value).add(other.met); }
  const std::vector<Entry>& entries() const { return entries_; }
  static uint64_t part(const Entry& entry) { return mix(static_cast<uint64_t>(entry.value)); }
  static uint64_t rank(int64_t number) { return static_cast<uint64_t>(number) ^ (uint64_t{1} << 63); }

 private:
  Met& met(int64_t number) {
    const int64_t place = slots_.find(number);
    if (place >= 0) [[likely]]
      return entries_[static_cast<size_t>(place)].met;
    slots_.insert(number, entries_.size());
    entries_.push_back({number, {}});
    return entries_.back().met;
  }

  HashedSlots<int64_t> slots_{};
  std::vector<Entry> entries_{};
};

}  // namespace lacuna::features

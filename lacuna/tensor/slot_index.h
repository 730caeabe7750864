// Maps the id of a row to its slot in a RowTable: an array with a slot per row for up to 2^24 rows, a hash
// table above. visit() passes the one in use to a loop over ids, so that the loop has no virtual call.
#pragma once
#include <cstdint>
#include <cstring>
#include <utility>
#include <variant>

#include "lacuna/base/pages.h"

namespace lacuna {

// Zeroed memory, of which pages are allocated when they are touched.
template <class T>
class ZeroPages {
 public:
  explicit ZeroPages(size_t n)
      : bytes_(n * sizeof(T)), data_(reinterpret_cast<T*>(resize_pages(nullptr, 0, bytes_))) {}
  ~ZeroPages() { resize_pages(reinterpret_cast<std::byte*>(data_), bytes_, 0); }
  ZeroPages(ZeroPages&& other) noexcept
      : bytes_(std::exchange(other.bytes_, 0)), data_(std::exchange(other.data_, nullptr)) {}
  ZeroPages& operator=(ZeroPages&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    std::swap(data_, other.data_);
    return *this;
  }
  T& operator[](size_t i) { return data_[i]; }
  const T& operator[](size_t i) const { return data_[i]; }
  size_t bytes() const { return bytes_; }
  void clear() { std::memset(static_cast<void*>(data_), 0, bytes_); }

 private:
  size_t bytes_;
  T* data_;
};

class DirectSlots {
 public:
  explicit DirectSlots(int64_t rows) : slot_plus_1_(static_cast<size_t>(rows)) {}

  void prefetch(int64_t id) const { __builtin_prefetch(&slot_plus_1_[static_cast<size_t>(id)]); }
  // -1 if the id is unknown.
  int64_t find(int64_t id) const { return slot_plus_1_[static_cast<size_t>(id)] - 1; }
  void insert(int64_t id, size_t slot) {
    slot_plus_1_[static_cast<size_t>(id)] = static_cast<int32_t>(slot + 1);
    ++count_;
  }
  void clear() {
    if (count_) slot_plus_1_.clear();
    count_ = 0;
  }
  void reserve(size_t) {}
  size_t bytes() const { return count_ * sizeof(int32_t); }

 private:
  ZeroPages<int32_t> slot_plus_1_;  // 0: not here.
  size_t count_ = 0;
};

// A hash table with open addressing, at most half full. Key is as narrow as ids allow, since memory takes
// most of the time.
template <class Key>
class HashedSlots {
 public:
  void prefetch(int64_t id) const { __builtin_prefetch(&entries_[home(static_cast<Key>(id))]); }
  // -1 if the id is unknown.
  int64_t find(int64_t id) const {
    const auto key = static_cast<Key>(id);
    for (size_t h = home(key);; h = (h + 1) & (capacity() - 1)) {
      const Entry& e = entries_[h];
      if (e.id == key || e.slot_plus_1 == 0)  // An unused entry has id 0.
        return static_cast<int64_t>(e.slot_plus_1) - 1;
    }
  }
  void insert(int64_t id, size_t slot) {
    if ((count_ + 1) * 2 > capacity()) grow();
    place({static_cast<Key>(id), static_cast<Key>(slot + 1)});
    ++count_;
  }
  void clear() {
    if (count_) entries_.clear();
    count_ = 0;
  }
  // Makes room for `count` ids: until there are more, insert does not throw.
  void reserve(size_t count) {
    while (count * 2 > capacity()) grow();
  }
  size_t bytes() const { return entries_.bytes(); }

 private:
  struct Entry {
    Key id, slot_plus_1;  // 0: not here.
  };

  size_t capacity() const { return size_t{1} << log_capacity_; }
  size_t home(Key id) const {
    return static_cast<size_t>((static_cast<uint64_t>(id) * 0x9E3779B97F4A7C15u) >> (64 - log_capacity_));
  }
  void place(Entry entry) {
    size_t h = home(entry.id);
    while (entries_[h].slot_plus_1) h = (h + 1) & (capacity() - 1);
    entries_[h] = entry;
  }
  void grow() {
    ZeroPages<Entry> larger(capacity() * 2);  // First: if it throws, nothing has changed.
    const size_t old_capacity = capacity();
    ++log_capacity_;
    const ZeroPages<Entry> old = std::exchange(entries_, std::move(larger));
    for (size_t i = 0; i < old_capacity; ++i)
      if (old[i].slot_plus_1) place(old[i]);
  }

  int log_capacity_ = 10;
  size_t count_ = 0;
  ZeroPages<Entry> entries_{size_t{1} << 10};
};

class SlotIndex {
 public:
  // For ids below `rows`. If not `direct`, memory grows with the ids inserted, however few rows there are.
  explicit SlotIndex(int64_t rows, bool direct = true) : index_(made(rows, direct)) {}

  // Calls f with the index in use.
  template <class F>
  void visit(const F& f) {
    std::visit(f, index_);
  }

  int64_t find(int64_t id) const {
    return std::visit([&](const auto& index) { return index.find(id); }, index_);
  }
  void insert(int64_t id, size_t slot) {
    std::visit([&](auto& index) { index.insert(id, slot); }, index_);
  }
  void clear() {
    std::visit([](auto& index) { index.clear(); }, index_);
  }
  void reserve(size_t count) {
    std::visit([&](auto& index) { index.reserve(count); }, index_);
  }
  size_t bytes() const {
    return std::visit([](const auto& index) { return index.bytes(); }, index_);
  }

 private:
  using Any = std::variant<DirectSlots, HashedSlots<uint32_t>, HashedSlots<int64_t>>;
  static Any made(int64_t rows, bool direct) {
    if (direct && rows <= int64_t{1} << 24) return DirectSlots(rows);
    if (rows <= int64_t{1} << 32) return HashedSlots<uint32_t>();
    return HashedSlots<int64_t>();
  }

  Any index_;
};

}  // namespace lacuna

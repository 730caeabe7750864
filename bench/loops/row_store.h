// Finds the row of an id: its weight, its velocity and notes of the batch, side by side in one cache line.
// There are two stores with the same interface: Direct, an array of all ids, and Hashed, a hash table of the
// ids that occurred.
#pragma once
#include <hwy/cache_control.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "pages.h"

namespace loops {

struct Row {
  uint32_t mark;   // Direct: the last batch with this id. Hashed: the id + 1; 0, as in new pages: no row.
  uint32_t local;  // The row's number in that batch.
  float weight, velocity;
};

class Direct {
 public:
  explicit Direct(size_t ids) : rows_(ids) {}

  void reset() { std::fill(rows_.begin(), rows_.end(), Row{}); }
  void begin_batch(size_t) { ++batch_; }
  void prefetch(int32_t id) const { hwy::Prefetch(&rows_[static_cast<size_t>(id)]); }
  uint32_t place(int32_t id) { return static_cast<uint32_t>(id); }
  Row& at(uint32_t place) { return rows_[place]; }
  void prefetch_place(uint32_t place) const { hwy::Prefetch(&rows_[place]); }
  // Whether the row occurred in this batch before; notes that it did.
  bool met(Row& row, uint32_t, const uint32_t*, uint32_t) {
    return std::exchange(row.mark, batch_) == batch_;
  }

 private:
  Pages<Row> rows_;
  uint32_t batch_ = 0;
};

// A hash table with open addressing, at most half full. The hash is the high bits of a product, so that
// growing reads the old rows and writes the new ones in order.
class Hashed {
 public:
  explicit Hashed(size_t) { reset(); }

  void reset() {
    rows_ = Pages<Row>(size_t{1} << kFirstBits);
    shift_ = 64 - kFirstBits;
    used_ = 0;
  }
  // Makes room for `more` new ids. Places stay valid until the next call.
  void begin_batch(size_t more) {
    while ((used_ + more) * 2 > rows_.size()) {
      Pages<Row> old = std::move(rows_);
      rows_ = Pages<Row>(old.size() * 2);
      --shift_;
      for (const Row& row : old)
        if (row.mark) rows_[find(row.mark)] = row;
    }
  }
  void prefetch(int32_t id) const { hwy::Prefetch(&rows_[home(static_cast<uint32_t>(id) + 1)]); }
  uint32_t place(int32_t id) {
    const uint32_t key = static_cast<uint32_t>(id) + 1;
    const size_t i = find(key);
    used_ += rows_[i].mark == 0;
    rows_[i].mark = key;
    return static_cast<uint32_t>(i);
  }
  Row& at(uint32_t place) { return rows_[place]; }
  void prefetch_place(uint32_t place) const { hwy::Prefetch(&rows_[place]); }
  // Whether the row occurred in this batch: then the place noted under its number is its own. This needs no
  // further field in the row, so that four rows share a cache line.
  bool met(const Row& row, uint32_t place, const uint32_t* places, uint32_t count) const {
    return row.local < count && places[row.local] == place;
  }

 private:
  static constexpr int kFirstBits = 16;

  size_t home(uint32_t key) const { return key * uint64_t{0x9E3779B97F4A7C15} >> shift_; }
  size_t find(uint32_t key) const {
    size_t i = home(key);
    while (rows_[i].mark != key && rows_[i].mark != 0) i = (i + 1) & (rows_.size() - 1);
    return i;
  }

  Pages<Row> rows_;
  int shift_ = 0;
  size_t used_ = 0;
};

}  // namespace loops

// A set of columns that lists them in order. It has a bit for each column, and two levels of bits that tell
// which words below are not zero, so that listing costs time only for what is in it.
#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>

namespace lacuna::kernels {

class ColumnSet {
 public:
  // The 64-bit words of memory that a set of `columns` columns needs.
  static size_t words(size_t columns) { return up(columns) + up(up(columns)) + up(up(up(columns))); }

  // `memory` must be zero; drain() makes it zero again.
  ColumnSet(uint64_t* memory, size_t columns)
      : columns_(memory),
        words_(columns_ + up(columns)),
        top_(words_ + up(up(columns))),
        tops_(up(up(up(columns)))) {}

  void insert(size_t column) {
    uint64_t& word = columns_[column >> 6];
    if (word == 0) {
      words_[column >> 12] |= bit(column >> 6);
      top_[column >> 18] |= bit(column >> 12);
    }
    word |= bit(column);
  }

  // Empties the set: calls f(first column, bits of 64 columns) for the words that are not zero, in order.
  template <class F>
  void drain(const F& f) {
    for (size_t t = 0; t < tops_; ++t)
      for (; top_[t]; top_[t] &= top_[t] - 1) {
        const size_t w = t * 64 + first(top_[t]);
        for (; words_[w]; words_[w] &= words_[w] - 1) {
          const size_t c = w * 64 + first(words_[w]);
          const uint64_t bits = columns_[c];
          columns_[c] = 0;
          f(c * 64, bits);
        }
      }
  }

  static size_t first(uint64_t bits) { return static_cast<size_t>(std::countr_zero(bits)); }

 private:
  static constexpr size_t up(size_t n) { return (n + 63) / 64; }
  static uint64_t bit(size_t i) { return uint64_t{1} << (i & 63); }

  uint64_t *columns_, *words_, *top_;
  size_t tops_;
};

}  // namespace lacuna::kernels

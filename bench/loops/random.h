// Random numbers of one thread, and the shuffle of an epoch. SplitMix64: Steele, Lea, Flood, "Fast splittable
// pseudorandom number generators" (OOPSLA 2014).
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace loops {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t bits() {
    uint64_t x = state_ += 0x9E3779B97F4A7C15u;
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    return x ^ x >> 31;
  }
  // A number in [0, n), by a multiplication instead of a division.
  uint32_t below(uint32_t n) { return static_cast<uint32_t>((bits() >> 32) * n >> 32); }
  float uniform(float low, float high) {
    return low + (high - low) * static_cast<float>(bits() >> 40) * 0x1p-24f;
  }
  void fill_uniform(std::span<float> values, float limit) {
    for (float& value : values) value = uniform(-limit, limit);
  }
  // The Fisher–Yates shuffle.
  void shuffle(std::span<int32_t> rows) {
    for (size_t i = rows.size(); i > 1; --i) std::swap(rows[i - 1], rows[below(static_cast<uint32_t>(i))]);
  }

 private:
  uint64_t state_;
};

}  // namespace loops

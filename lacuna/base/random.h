// Counter-based random numbers: each depends only on a key and a position, so that order and threads do not
// matter. Philox4x32-10, Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "lacuna/base/export.h"

namespace LACUNA_EXPORT lacuna {

// The 128 random bits at `counter` of the stream `key`.
std::array<uint32_t, 4> philox(uint64_t key, uint64_t counter_high, uint64_t counter_low);

// A well-mixed 64-bit hash (the finalizer of splitmix64), for cheap masks.
constexpr uint64_t mix(uint64_t z) {
  z += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

// The seed of the process. Everything random (initializers, dropout, shuffles) takes its next key. Without
// set_random_seed the sequence starts from the operating system's entropy.
void set_random_seed(uint64_t seed);
uint64_t next_key();
// Changes when the sequence of keys starts again, by set_random_seed or in a forked child without a seed.
// Code that holds an older key must draw a new one.
uint64_t seed_generation();

// How a row of a weight is drawn: value j of row r depends on (key, r, j) alone, so a table may make its rows
// when they are first touched, and a dense weight of the same key is filled with the same values.
struct Draw {
  enum class Kind : uint8_t { constant, uniform, normal, truncated_normal, identity };
  Kind kind = Kind::constant;
  double a = 0;  // The constant; the low end; the mean; identity: the gain.
  double b = 0;  // The high end; the standard deviation (before truncation at two of them).
  uint64_t key = 0;

  // The same values times a factor.
  Draw scaled(double factor) const { return {kind, a * factor, b * factor, key}; }
  bool is_zero() const { return a == 0 && (b == 0 || kind == Kind::constant || kind == Kind::identity); }

  void row(int64_t r, std::span<float> values) const;
  void row(int64_t r, std::span<double> values) const;
};

// A small sequential generator for shuffles and tests; satisfies UniformRandomBitGenerator.
class Generator {
 public:
  using result_type = uint64_t;
  explicit Generator(uint64_t seed) : state_(seed) {}
  static constexpr uint64_t min() { return 0; }
  static constexpr uint64_t max() { return ~uint64_t{0}; }
  uint64_t operator()() { return mix(state_ += 0x9E3779B97F4A7C15u); }
  double uniform() { return static_cast<double>((*this)() >> 11) * 0x1p-53; }  // [0, 1)
  uint64_t below(uint64_t n) { return static_cast<uint64_t>((static_cast<Wide>((*this)()) * n) >> 64); }
  double normal();

  // Fisher–Yates; std::shuffle is free to differ between standard libraries.
  template <class T>
  void shuffle(std::span<T> values) {
    for (size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[below(i)]);
  }

 private:
  __extension__ typedef unsigned __int128 Wide;
  uint64_t state_;
};

}  // namespace lacuna

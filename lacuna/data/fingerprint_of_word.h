// FarmHash's Fingerprint64, inline for words of at most 16 bytes, as nearly all of a click log are: the call
// of the library takes longer than the hash. (Geoff Pike, FarmHash, https://github.com/google/farmhash,
// farmhashna.)
#pragma once
#include <farmhash.h>

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace lacuna::data {

[[gnu::always_inline]] inline uint64_t fingerprint_of_word(const char* word, size_t size) {
  constexpr uint64_t k0 = 0xc3a5c85c97cb3127, k2 = 0x9ae16a3b2f90404f;
  if (std::endian::native != std::endian::little || size > 16) return util::Fingerprint64(word, size);
  const auto load = [&](auto part, size_t at) {
    std::memcpy(&part, word + at, sizeof part);
    return part;
  };
  const uint64_t factor = k2 + 2 * size;
  const auto joined = [&](uint64_t u, uint64_t v) {
    uint64_t a = (u ^ v) * factor;
    a ^= a >> 47;
    uint64_t b = (v ^ a) * factor;
    b ^= b >> 47;
    return b * factor;
  };
  if (size >= 8) {
    const uint64_t a = load(uint64_t{}, 0) + k2, b = load(uint64_t{}, size - 8);
    return joined(std::rotr(b, 37) * factor + a, (std::rotr(a, 25) + b) * factor);
  }
  if (size >= 4) return joined(size + (uint64_t{load(uint32_t{}, 0)} << 3), load(uint32_t{}, size - 4));
  if (size == 0) return k2;
  const uint32_t first = load(uint8_t{}, 0), middle = load(uint8_t{}, size >> 1),
                 last = load(uint8_t{}, size - 1);
  const uint32_t y = first + (middle << 8), z = static_cast<uint32_t>(size) + (last << 2);
  const uint64_t mixed = y * k2 ^ z * k0;
  return (mixed ^ (mixed >> 47)) * k2;
}

}  // namespace lacuna::data

// How the values of a weight are kept in a served file: as they are, as bfloat16, or as whole numbers of 8
// bits times a scale of their row.
#pragma once
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "lacuna/tensor/dtype.h"

namespace lacuna::serving {

enum class Coding : uint8_t { exact, bfloat16, int8 };

// Bytes of a row. int8: the scale, then the numbers, up to a multiple of 4.
inline size_t row_bytes(Coding coding, DType dtype, size_t width) {
  if (coding == Coding::bfloat16) return width * sizeof(uint16_t);
  if (coding == Coding::int8) return sizeof(float) + (width + 3) / 4 * 4;
  return width * size_of(dtype);
}

// To the nearest bfloat16, ties to even. Not a number stays so.
inline uint16_t to_bfloat16(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  if (std::isnan(value)) return static_cast<uint16_t>(bits >> 16 | 0x40);
  return static_cast<uint16_t>((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}
inline float from_bfloat16(uint16_t value) { return std::bit_cast<float>(uint32_t{value} << 16); }

// Writes a row of float32 values to row_bytes bytes. int8: the values must be finite.
inline void encode_row(Coding coding, const float* values, size_t width, std::byte* to) {
  if (coding == Coding::exact) {
    std::memcpy(to, values, width * sizeof(float));
  } else if (coding == Coding::bfloat16) {
    for (size_t i = 0; i < width; ++i) {
      const uint16_t coded = to_bfloat16(values[i]);
      std::memcpy(to + i * sizeof(coded), &coded, sizeof(coded));
    }
  } else {
    float most = 0;
    for (size_t i = 0; i < width; ++i) most = std::max(most, std::abs(values[i]));
    const float scale = most / 127;
    std::memset(to, 0, row_bytes(coding, DType::float32, width));
    std::memcpy(to, &scale, sizeof(scale));
    for (size_t i = 0; i < width && scale > 0; ++i) {
      const float whole = std::clamp(std::nearbyint(values[i] / scale), -127.0f, 127.0f);
      to[sizeof(scale) + i] = static_cast<std::byte>(static_cast<int8_t>(whole));
    }
  }
}

// The inverse. `from` is aligned to 2 for bfloat16 and to 4 for others.
inline void decode_row(Coding coding, const std::byte* from, size_t width, float* values) {
  if (coding == Coding::exact) {
    std::memcpy(values, from, width * sizeof(float));
  } else if (coding == Coding::bfloat16) {
    const auto* coded = reinterpret_cast<const uint16_t*>(from);
    for (size_t i = 0; i < width; ++i) values[i] = from_bfloat16(coded[i]);
  } else {
    float scale;
    std::memcpy(&scale, from, sizeof(scale));
    const auto* whole = reinterpret_cast<const int8_t*>(from + sizeof(scale));
    for (size_t i = 0; i < width; ++i) values[i] = scale * static_cast<float>(whole[i]);
  }
}

}  // namespace lacuna::serving

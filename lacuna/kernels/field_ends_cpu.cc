// Compares a vector of bytes at once, and takes the places out of the bits.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lacuna/kernels/field_ends_cpu.cc"
#include <hwy/foreach_target.h>  // Includes this file again; must stand before highway.h.
#include <hwy/highway.h>

#include <bit>
#include <cstring>

#include "lacuna/kernels/field_ends.h"

HWY_BEFORE_NAMESPACE();
namespace lacuna::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Bytes = hn::CappedTag<uint8_t, 64>;  // A mask of 64 bits holds as many.

template <class Mask>
HWY_INLINE uint64_t bits_of(const Mask mask) {
  uint8_t stored[8] = {};
  hn::StoreMaskBits(Bytes(), mask, stored);
  uint64_t bits;
  std::memcpy(&bits, stored, 8);
  if constexpr (std::endian::native == std::endian::big) bits = __builtin_bswap64(bits);
  return bits;
}

size_t field_ends(const char* text, size_t size, char delimiter, uint32_t* HWY_RESTRICT ends) {
  const Bytes d;
  const size_t lanes = hn::Lanes(d);
  const auto delimiters = hn::Set(d, static_cast<uint8_t>(delimiter)), lines = hn::Set(d, uint8_t{'\n'});
  size_t count = 0, i = 0;
  for (; i + lanes <= size; i += lanes) {
    const auto bytes = hn::LoadU(d, reinterpret_cast<const uint8_t*>(text + i));
    uint64_t bits = bits_of(hn::Or(hn::Eq(bytes, delimiters), hn::Eq(bytes, lines)));
    for (; bits; bits &= bits - 1)
      ends[count++] = static_cast<uint32_t>(i + static_cast<size_t>(std::countr_zero(bits)));
  }
  for (; i < size; ++i)
    if (text[i] == delimiter || text[i] == '\n') ends[count++] = static_cast<uint32_t>(i);
  return count;
}

size_t count_lines(const char* text, size_t size) {
  const Bytes d;
  const size_t lanes = hn::Lanes(d);
  const auto lines = hn::Set(d, uint8_t{'\n'});
  size_t count = 0, i = 0;
  for (; i + lanes <= size; i += lanes)
    count += hn::CountTrue(d, hn::Eq(hn::LoadU(d, reinterpret_cast<const uint8_t*>(text + i)), lines));
  for (; i < size; ++i) count += text[i] == '\n';
  return count;
}

}  // namespace lacuna::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lacuna::kernels {

HWY_EXPORT(field_ends);
HWY_EXPORT(count_lines);

size_t field_ends(const char* text, size_t size, char delimiter, uint32_t* ends) {
  return HWY_DYNAMIC_DISPATCH(field_ends)(text, size, delimiter, ends);
}

size_t count_lines(const char* text, size_t size) { return HWY_DYNAMIC_DISPATCH(count_lines)(text, size); }

}  // namespace lacuna::kernels
#endif

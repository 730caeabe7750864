// Comparisons with the ends of ASCII's ranges.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lacuna/kernels/byte_classes_cpu.cc"
#include <hwy/foreach_target.h>  // Includes this file again; must stand before highway.h.
#include <hwy/highway.h>

#include <bit>
#include <cstring>

#include "lacuna/kernels/byte_classes.h"

HWY_BEFORE_NAMESPACE();
namespace lacuna::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using ClassBytes = hn::CappedTag<uint8_t, 64>;
using ByteVector = hn::Vec<ClassBytes>;
using ByteMask = hn::Mask<ClassBytes>;

HWY_INLINE uint64_t class_bits(const ByteMask mask) {
  uint8_t stored[8] = {};
  hn::StoreMaskBits(ClassBytes(), mask, stored);
  uint64_t bits;
  std::memcpy(&bits, stored, 8);
  if constexpr (std::endian::native == std::endian::big) bits = __builtin_bswap64(bits);
  return bits;
}

HWY_INLINE ByteMask within(const ByteVector bytes, char first, char last) {
  const ClassBytes d;
  const auto low = hn::Set(d, static_cast<uint8_t>(first));
  const auto above = hn::Sub(bytes, low);
  return hn::Eq(above, hn::Min(above, hn::Set(d, static_cast<uint8_t>(last - first))));
}

template <bool kLower, bool kStrip, bool kWords>
HWY_INLINE void classify_block(const uint8_t* HWY_RESTRICT text, uint8_t* HWY_RESTRICT copy,
                               ByteClasses& classes) {
  const ClassBytes d;
  const size_t lanes = hn::Lanes(d);
  classes = {};
  for (size_t i = 0; i < 64; i += lanes) {
    const auto bytes = hn::LoadU(d, text + i);
    const auto capital = within(bytes, 'A', 'Z');
    const auto bit_of_case = hn::Set(d, uint8_t{32});
    hn::StoreU(kLower ? hn::IfThenElse(capital, hn::Add(bytes, bit_of_case), bytes) : bytes, d, copy + i);
    uint64_t keep, separate;
    if constexpr (kWords) {
      const auto letter = within(hn::Or(bytes, bit_of_case), 'a', 'z');
      const auto underscore = hn::Eq(bytes, hn::Set(d, uint8_t{'_'}));
      keep = class_bits(hn::Or(hn::Or(letter, underscore), within(bytes, '0', '9')));
      separate = ~keep;
    } else {
      separate = class_bits(hn::Or(hn::Eq(bytes, hn::Set(d, uint8_t{' '})), within(bytes, '\t', '\r')));
      keep = ~separate;
      if constexpr (kStrip) {
        const auto low = hn::Or(within(bytes, '!', '/'), within(bytes, ':', '@'));
        const auto high = hn::Or(within(bytes, '[', '`'), within(bytes, '{', '~'));
        keep &= ~class_bits(hn::Or(low, high));
      }
    }
    const uint64_t all = lanes == 64 ? ~uint64_t{0} : (uint64_t{1} << lanes) - 1;
    classes.keep |= (keep & all) << i;
    classes.separate |= (separate & all) << i;
    classes.beyond_ascii |= class_bits(hn::Eq(bytes, hn::Max(bytes, hn::Set(d, uint8_t{0x80})))) << i;
  }
}

template <bool kLower, bool kStrip, bool kWords>
void classify(const char* text, size_t size, char* copy, ByteClasses* classes) {
  const auto* const from = reinterpret_cast<const uint8_t*>(text);
  auto* const to = reinterpret_cast<uint8_t*>(copy);
  size_t i = 0;
  for (; i + 64 <= size; i += 64) classify_block<kLower, kStrip, kWords>(from + i, to + i, *classes++);
  if (i == size) return;
  uint8_t last[64];
  std::memset(last, ' ', 64);
  std::memcpy(last, from + i, size - i);
  classify_block<kLower, kStrip, kWords>(last, to + i, *classes);
}

void classify_bytes(const char* text, size_t size, ByteRules rules, char* copy, ByteClasses* classes) {
  if (rules.words) {
    if (rules.lower) classify<true, false, true>(text, size, copy, classes);
    else classify<false, false, true>(text, size, copy, classes);
  } else if (rules.lower) {
    if (rules.strip) classify<true, true, false>(text, size, copy, classes);
    else classify<true, false, false>(text, size, copy, classes);
  } else {
    if (rules.strip) classify<false, true, false>(text, size, copy, classes);
    else classify<false, false, false>(text, size, copy, classes);
  }
}

bool is_ascii(const char* text, size_t size) {
  const hn::ScalableTag<uint8_t> d;
  const size_t lanes = hn::Lanes(d);
  constexpr size_t kAtOnce = 4096;  // Bytes between two branches.
  for (size_t i = 0; i < size;) {
    const size_t end = size - i < kAtOnce ? size : i + kAtOnce;
    auto all = hn::Zero(d);
    for (; i + lanes <= end; i += lanes)
      all = hn::Or(all, hn::LoadU(d, reinterpret_cast<const uint8_t*>(text + i)));
    bool good = hn::AllTrue(d, hn::Lt(all, hn::Set(d, uint8_t{0x80})));
    for (; i < end; ++i) good = good && static_cast<unsigned char>(text[i]) < 0x80;
    if (!good) return false;
  }
  return true;
}

}  // namespace lacuna::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lacuna::kernels {

HWY_EXPORT(classify_bytes);
HWY_EXPORT(is_ascii);

void classify_bytes(const char* text, size_t size, ByteRules rules, char* copy, ByteClasses* classes) {
  HWY_DYNAMIC_DISPATCH(classify_bytes)(text, size, rules, copy, classes);
}

bool is_ascii(const char* text, size_t size) { return HWY_DYNAMIC_DISPATCH(is_ascii)(text, size); }

}  // namespace lacuna::kernels
#endif

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

// The places of the bits, from `first` on. How many there are cannot be predicted, so eight are written at
// once.
HWY_INLINE void write_places(uint64_t bits, size_t count, uint32_t first, uint32_t* HWY_RESTRICT to) {
  for (size_t written = 0; written < count; written += 8)
    for (size_t k = 0; k < 8; ++k) {
      to[written + k] = first + static_cast<uint32_t>(std::countr_zero(bits));
      bits &= bits - 1;
    }
}

FieldEnds field_ends(const char* text, size_t size, char delimiter, char quote, uint32_t* HWY_RESTRICT ends,
                     uint32_t* HWY_RESTRICT lines) {
  const Bytes d;
  const size_t lanes = hn::Lanes(d);
  const auto at_delimiter = hn::Set(d, static_cast<uint8_t>(delimiter)), at_line = hn::Set(d, uint8_t{'\n'}),
             at_quote = hn::Set(d, static_cast<uint8_t>(quote));
  auto quotes = hn::Zero(d), all = hn::Zero(d);
  FieldEnds seen;
  size_t i = 0;
  for (; i + 64 <= size; i += 64) {
    uint64_t fields = 0, newlines = 0;
    for (size_t k = 0; k < 64; k += lanes) {
      const auto bytes = hn::LoadU(d, reinterpret_cast<const uint8_t*>(text + i + k));
      const auto line = hn::Eq(bytes, at_line);
      all = hn::Or(all, bytes);
      fields |= bits_of(hn::Or(hn::Eq(bytes, at_delimiter), line)) << k;
      newlines |= bits_of(line) << k;
      quotes = hn::Or(quotes, hn::VecFromMask(d, hn::Eq(bytes, at_quote)));
    }
    for (; newlines; newlines &= newlines - 1) {
      const uint64_t before = (newlines & -newlines) - 1;
      lines[seen.lines++] =
          static_cast<uint32_t>(seen.fields + static_cast<size_t>(std::popcount(fields & before)));
    }
    const auto count = static_cast<size_t>(std::popcount(fields));
    write_places(fields, count, static_cast<uint32_t>(i), ends + seen.fields);
    seen.fields += count;
  }
  seen.quoted = !hn::AllFalse(d, hn::Ne(quotes, hn::Zero(d)));
  seen.beyond_ascii = !hn::AllTrue(d, hn::Lt(all, hn::Set(d, uint8_t{0x80})));
  for (; i < size; ++i) {
    seen.quoted = seen.quoted || text[i] == quote;
    seen.beyond_ascii = seen.beyond_ascii || static_cast<unsigned char>(text[i]) >= 0x80;
    if (text[i] == '\n') lines[seen.lines++] = static_cast<uint32_t>(seen.fields);
    if (text[i] == delimiter || text[i] == '\n') ends[seen.fields++] = static_cast<uint32_t>(i);
  }
  return seen;
}

size_t word_ends(const char* text, size_t size, char one, char other, uint32_t* HWY_RESTRICT ends) {
  const Bytes d;
  const size_t lanes = hn::Lanes(d);
  const auto space = hn::Set(d, uint8_t{' '}), tab = hn::Set(d, uint8_t{'\t'}),
             line = hn::Set(d, uint8_t{'\n'}), first = hn::Set(d, static_cast<uint8_t>(one)),
             second = hn::Set(d, static_cast<uint8_t>(other));
  size_t seen = 0, i = 0;
  for (; i + 64 <= size; i += 64) {
    uint64_t words = 0;
    for (size_t k = 0; k < 64; k += lanes) {
      const auto bytes = hn::LoadU(d, reinterpret_cast<const uint8_t*>(text + i + k));
      const auto blank = hn::Or(hn::Or(hn::Eq(bytes, space), hn::Eq(bytes, tab)), hn::Eq(bytes, line));
      words |= bits_of(hn::Or(blank, hn::Or(hn::Eq(bytes, first), hn::Eq(bytes, second)))) << k;
    }
    const auto count = static_cast<size_t>(std::popcount(words));
    write_places(words, count, static_cast<uint32_t>(i), ends + seen);
    seen += count;
  }
  for (; i < size; ++i)
    if (text[i] == ' ' || text[i] == '\t' || text[i] == '\n' || text[i] == one || text[i] == other)
      ends[seen++] = static_cast<uint32_t>(i);
  return seen;
}

size_t count_byte(const char* text, size_t size, char byte) {
  const Bytes d;
  const size_t lanes = hn::Lanes(d);
  const auto wanted = hn::Set(d, static_cast<uint8_t>(byte));
  size_t count = 0, i = 0;
  for (; i + lanes <= size; i += lanes)
    count += hn::CountTrue(d, hn::Eq(hn::LoadU(d, reinterpret_cast<const uint8_t*>(text + i)), wanted));
  for (; i < size; ++i) count += text[i] == byte;
  return count;
}

}  // namespace lacuna::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lacuna::kernels {

HWY_EXPORT(field_ends);
HWY_EXPORT(word_ends);
HWY_EXPORT(count_byte);

FieldEnds field_ends(const char* text, size_t size, char delimiter, char quote, uint32_t* ends,
                     uint32_t* lines) {
  return HWY_DYNAMIC_DISPATCH(field_ends)(text, size, delimiter, quote, ends, lines);
}

size_t word_ends(const char* text, size_t size, char one, char other, uint32_t* ends) {
  return HWY_DYNAMIC_DISPATCH(word_ends)(text, size, one, other, ends);
}

size_t count_byte(const char* text, size_t size, char byte) {
  return HWY_DYNAMIC_DISPATCH(count_byte)(text, size, byte);
}

}  // namespace lacuna::kernels
#endif

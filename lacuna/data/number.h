// Parses numbers in text, eight digits at once where eight bytes can be read.
#pragma once
#include <algorithm>
#include <bit>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace lacuna::data {

inline bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

constexpr uint64_t kTens[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000};

constexpr double kExactTens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

// Loads eight bytes of text: a digit becomes 0 to 9, any other byte becomes 10 or more.
inline uint64_t eight_bytes(const char* p) {
  uint64_t bytes;
  std::memcpy(&bytes, p, 8);
  return bytes ^ 0x3030303030303030;
}
// The number of leading digits. The addition carries only into bytes after the first non-digit, which do not
// count.
inline unsigned digits_in_front(uint64_t bytes) {
  const uint64_t others = ((bytes + 0x7676767676767676) | bytes) & 0x8080808080808080;
  return static_cast<unsigned>(std::countr_zero(others)) / 8;
}
// The number that eight digits form: joins digits to pairs, then all pairs at once.
inline uint64_t number_of(uint64_t digits) {
  digits = digits * 10 + (digits >> 8);
  return ((digits & 0x000000FF000000FF) * (100 + (uint64_t{1000000} << 32)) +
          (digits >> 16 & 0x000000FF000000FF) * (1 + (uint64_t{10000} << 32))) >>
         32;
}

// The number that the text is, if it is one to eight digits; else -1. Eight bytes must be there to be loaded.
// No branch depends on how many digits there are.
inline int64_t few_digits(const char* p, size_t size) {
  if (std::endian::native != std::endian::little || size - 1 >= 8) return -1;
  const uint64_t digits = eight_bytes(p) << (64 - 8 * size);  // Leading zeros.
  return digits_in_front(digits) == 8 ? static_cast<int64_t>(number_of(digits)) : -1;
}

// Reads the digits after the first eight, or all of them if fewer than eight bytes are left.
inline const char* read_more_digits(const char* p, const char* stop, uint64_t& whole) {
  while (std::endian::native == std::endian::little && stop - p >= 8) {
    const uint64_t bytes = eight_bytes(p);
    if (digits_in_front(bytes) < 8) break;
    whole = whole * 100000000 + number_of(bytes);
    p += 8;
  }
  for (; p < stop && is_digit(*p); ++p) whole = whole * 10 + static_cast<uint64_t>(*p - '0');
  return p;
}

// Appends the digits at p to `whole` and returns the place after them. Beyond 19 digits `whole` has no
// meaning. Must be inlined: if `whole` is known to be 0, the compiler drops the product with the power of
// ten.
[[gnu::always_inline]] inline const char* read_digits(const char* p, const char* stop, uint64_t& whole) {
  if (std::endian::native != std::endian::little || stop - p < 8) return read_more_digits(p, stop, whole);
  const uint64_t bytes = eight_bytes(p);
  const unsigned n = digits_in_front(bytes);
  if (n == 8) [[unlikely]]
    return read_more_digits(p, stop, whole);
  whole = whole * kTens[n] + number_of(bytes << 8 << (56 - 8 * n));  // Leading zeros; no shift is by 64.
  return p + n;
}

// Whether a number that is out of double's range is too small rather than too large. `number` has the syntax
// of std::from_chars and is not 0.
inline bool is_too_small(std::string_view number) {
  const size_t e = std::min(number.find_first_of("eE"), number.size()), point = std::min(number.find('.'), e),
               first = number.find_first_of("123456789");
  const auto place = static_cast<int64_t>(point) - static_cast<int64_t>(first);  // Above 0: before the point.
  const std::string_view power = number.substr(std::min(e + 1, number.size()));
  const bool negative = power.starts_with('-');
  int64_t digits = 0;
  std::from_chars(power.data() + (negative || power.starts_with('+')), power.data() + power.size(), digits);
  const bool beyond = digits == 0 && power.find_first_of("123456789") != std::string_view::npos;
  if (beyond) return negative;  // The exponent itself does not fit 64 bits.
  return place + (negative ? -digits : digits) < 0;
}

// Reads a finite number at p into `result`, rounded to double and then to T. Returns the place after it, or
// null if there is no number or it is too large for T. A number too small for T becomes 0.
template <class T>
const char* read_number(const char* p, const char* stop, T& result) {
  bool negative = false;
  if (p < stop && (*p == '-' || *p == '+')) negative = *p++ == '-';
  const char* const first = p;
  uint64_t whole = 0;
  p = read_digits(p, stop, whole);
  auto digits = p - first;
  std::ptrdiff_t decimals = 0;
  if (p < stop && *p == '.') {
    const char* const point = p++;
    p = read_digits(p, stop, whole);
    decimals = p - point - 1;
    digits += decimals;
  }
  if (digits == 0) return nullptr;  // Refuses inf and nan too.
  double value = 0;
  if (digits <= 19 && whole <= uint64_t{1} << 53 && (p == stop || (*p != 'e' && *p != 'E'))) {
    value = static_cast<double>(static_cast<int64_t>(whole));
    if (decimals) value /= kExactTens[decimals];  // Both exact, so this is the nearest double.
  } else {
    const auto [end, error] = std::from_chars(first, stop, value);
    if (error == std::errc::result_out_of_range) {
      if (!is_too_small({first, static_cast<size_t>(end - first)})) return nullptr;
      value = 0;
    }
    constexpr double kBeyondFloat = 0x1.ffffffp127;  // From here on the nearest float is infinite.
    if (std::is_same_v<T, float> && value >= kBeyondFloat) return nullptr;
    p = end;
  }
  result = static_cast<T>(negative ? -value : value);
  return p;
}

}  // namespace lacuna::data

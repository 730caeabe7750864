// Numbers in text, eight digits at once where eight bytes can be read.
#pragma once
#include <array>
#include <bit>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>

namespace lacuna::data {

inline bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

// Appends the digits at p to `whole`; the place behind them. Beyond 19 digits `whole` has no meaning.
inline const char* read_digits(const char* p, const char* stop, uint64_t& whole) {
  if constexpr (std::endian::native == std::endian::little) {
    constexpr std::array<uint64_t, 9> kTens{1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
    while (stop - p >= 8) {
      uint64_t digits;
      std::memcpy(&digits, p, 8);
      digits ^= 0x3030303030303030;  // A digit is its value now; all else is 10 or more.
      const uint64_t others = ((digits + 0x7676767676767676) | digits) & 0x8080808080808080;
      const int n =
          others ? std::countr_zero(others) / 8 : 8;  // Sums carry only behind the first other byte.
      if (n == 0) return p;
      digits <<= 64 - 8 * n;  // As many zeros in front.
      digits = digits * 10 + (digits >> 8);
      digits = ((digits & 0x000000FF000000FF) * (100 + (uint64_t{1000000} << 32)) +
                (digits >> 16 & 0x000000FF000000FF) * (1 + (uint64_t{10000} << 32))) >>
               32;
      whole = whole * kTens[static_cast<size_t>(n)] + digits;
      p += n;
      if (n < 8) return p;
    }
  }
  for (; p < stop && is_digit(*p); ++p) whole = whole * 10 + static_cast<uint64_t>(*p - '0');
  return p;
}

// Reads a finite number at p, the nearest of type T to the nearest double; the place behind it, or null if
// there is none.
template <class T>
const char* read_number(const char* p, const char* stop, T& result) {
  constexpr double kTens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                              1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
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
  if (digits == 0) return nullptr;  // inf and nan too.
  double value = 0;
  if (digits <= 19 && whole <= uint64_t{1} << 53 && (p == stop || (*p != 'e' && *p != 'E'))) {
    value = static_cast<double>(static_cast<int64_t>(whole));
    if (decimals) value /= kTens[decimals];  // Both exact, so this is the nearest double.
  } else {
    const auto [end, error] = std::from_chars(first, stop, value);
    if (error == std::errc::result_out_of_range) {  // Says neither whether it is too large or too small.
      if (std::string_view(first, static_cast<size_t>(end - first)).find('-') == std::string_view::npos)
        return nullptr;
      value = 0;
    }
    if (value > static_cast<double>(std::numeric_limits<T>::max())) return nullptr;
    p = end;
  }
  result = static_cast<T>(negative ? -value : value);
  return p;
}

}  // namespace lacuna::data

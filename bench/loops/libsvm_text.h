// Parses libsvm text, lines of `label id:value id:value …`, into csr arrays.
#pragma once
#include <bit>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>

#include "pages.h"

namespace loops {

struct LibsvmRows {
  // Allocates for a text of `bytes`: a row takes at least two bytes, a non-zero at least four.
  explicit LibsvmRows(size_t bytes)
      : labels(bytes / 2 + 1), values(bytes / 4 + 1), indptr(bytes / 2 + 2), ids(bytes / 4 + 1) {}

  Pages<float> labels, values;
  Pages<int64_t> indptr;
  Pages<uint32_t> ids;  // Counted as in the text.
  size_t rows = 0, nonzeros = 0;
};

class LibsvmParser {
 public:
  // Behind the end there must be 8 readable bytes that are not digits.
  LibsvmParser(const char* begin, const char* end) : begin_(begin), at_(begin), end_(end) {}

  void parse(LibsvmRows& out) {
    size_t rows = 0, nonzeros = 0;
    while (at_ < end_) {
      if (*at_ == '\n') {
        ++at_;
        continue;
      }
      out.labels[rows] = number();
      out.indptr[rows++] = static_cast<int64_t>(nonzeros);
      while (*at_ == ' ') {
        if (*++at_ == '\n' || at_ == end_) break;
        uint64_t id = 0;
        if (digits(id) == 0 || *at_ != ':') fail();
        ++at_;
        out.ids[nonzeros] = static_cast<uint32_t>(id);
        out.values[nonzeros++] = number();
      }
      if (at_ < end_ && *at_ != '\n') fail();
    }
    out.indptr[rows] = static_cast<int64_t>(nonzeros);
    out.rows = rows;
    out.nonzeros = nonzeros;
  }

 private:
  static_assert(std::endian::native == std::endian::little, "the first character is the lowest byte");

  [[noreturn]] void fail() const {
    throw std::runtime_error("LibsvmParser: a line must be 'label id:value id:value …'. Received: '" +
                             std::string(at_, end_ - at_ < 20 ? end_ - at_ : 20) + "' at byte " +
                             std::to_string(at_ - begin_));
  }

  // The number of digits at the start of the characters in x: a digit has 3 in the high half of its byte,
  // also after 6 is added.
  static int leading_digits(uint64_t x) {
    const uint64_t high = 0xF0F0F0F0F0F0F0F0u, three = 0x3333333333333333u;
    const uint64_t other = ((x & high) | (((x + 0x0606060606060606u) & high) >> 4)) ^ three;
    return std::countr_zero(other) / 8;
  }
  // Converts eight digits to a number: first pairs, then fours, then all, by one multiplication each.
  static uint32_t eight_digits(uint64_t x) {
    x = (x & 0x0F0F0F0F0F0F0F0Fu) * (10 + (1 << 8)) >> 8;
    x = (x & 0x00FF00FF00FF00FFu) * (100 + (1 << 16)) >> 16;
    x = (x & 0x0000FFFF0000FFFFu) * (10000 + (uint64_t{1} << 32)) >> 32;
    return static_cast<uint32_t>(x);
  }

  // Appends the digits that follow to `value`. Returns how many.
  int digits(uint64_t& value) {
    uint64_t x;
    std::memcpy(&x, at_, 8);
    const int n = leading_digits(x);
    if (n == 0) return 0;
    if (n < 8) {
      // A shift puts zeros in front, so that there are eight digits.
      value = value * kPowers[n] + eight_digits(x << (64 - 8 * n));
      at_ += n;
      return n;
    }
    const char* start = at_;
    for (; *at_ >= '0' && *at_ <= '9'; ++at_) value = value * 10 + static_cast<uint64_t>(*at_ - '0');
    return static_cast<int>(at_ - start);
  }

  float number() {
    if (at_[1] <= ' ' && *at_ >= '0' && *at_ <= '9') return static_cast<float>(*at_++ - '0');
    const char* start = at_;
    const bool negative = *at_ == '-';
    at_ += negative;
    uint64_t mantissa = 0;
    int all = digits(mantissa), decimals = 0;
    if (*at_ == '.') {
      ++at_;
      decimals = digits(mantissa);
      all += decimals;
    }
    // Both numbers are exact in a float, so their quotient is the nearest float. Other cases are rare.
    if (all == 0 || all > 18 || mantissa >= 1 << 24 || decimals > 10 || *at_ > ' ') return any_number(start);
    const float magnitude = static_cast<float>(mantissa) / static_cast<float>(kPowers[decimals]);
    return negative ? -magnitude : magnitude;
  }

  float any_number(const char* start) {
    float value = 0;
    at_ = start + (*start == '+');
    const auto [stop, error] = std::from_chars(at_, end_, value);
    if (error != std::errc{}) fail();
    at_ = stop;
    return value;
  }

  static constexpr uint64_t kPowers[] = {1,       10,       100,       1000,       10000,      100000,
                                         1000000, 10000000, 100000000, 1000000000, 10000000000};
  const char *begin_, *at_, *end_;
};

}  // namespace loops

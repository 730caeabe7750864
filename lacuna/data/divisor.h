// The remainder by a number that is known before: two products in place of a division, which takes up to 40
// cycles. (Granlund and Montgomery, Division by Invariant Integers using Multiplication, 1994, figure 4.1.)
#pragma once
#include <bit>
#include <cstdint>

namespace lacuna::data {

class Divisor {
 public:
  Divisor() : Divisor(1) {}
  // by: from 1 to 2^63.
  explicit Divisor(uint64_t by) : by_(by) {
    const int bits = 64 - std::countl_zero(by - 1);
    factor_ = static_cast<uint64_t>((((Wide{1} << bits) - by) << 64) / by) + 1;
    first_ = bits > 0 ? 1 : 0;
    second_ = bits > 0 ? bits - 1 : 0;
  }

  uint64_t remainder(uint64_t number) const {
    const auto high = static_cast<uint64_t>((Wide{factor_} * number) >> 64);
    const uint64_t quotient = (high + ((number - high) >> first_)) >> second_;
    return number - quotient * by_;
  }

 private:
  __extension__ using Wide = unsigned __int128;

  uint64_t by_, factor_;
  int first_, second_;
};

}  // namespace lacuna::data

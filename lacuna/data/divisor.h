// The remainder by a number that is known before: two products in place of a division, which takes up to 40
// cycles. With m = ⌊(2^64 - 1) / d⌋, the quotient n / d is ⌊n m / 2^64⌋ or one more (Barrett reduction).
#pragma once
#include <cstdint>

namespace lacuna::data {

class Divisor {
 public:
  // by: from 1 to 2^63.
  explicit Divisor(uint64_t by = 1) : by_(by), factor_(~uint64_t{0} / by) {}

  uint64_t remainder(uint64_t number) const {
    const auto quotient = static_cast<uint64_t>((Wide{factor_} * number) >> 64);
    const uint64_t rest = number - quotient * by_;
    return rest < by_ ? rest : rest - by_;
  }

 private:
  __extension__ using Wide = unsigned __int128;

  uint64_t by_, factor_;
};

}  // namespace lacuna::data

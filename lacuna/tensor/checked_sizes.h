// Sums and products of sizes that may be too large for a Dim.
#pragma once
#include <string_view>

#include "lacuna/base/error.h"
#include "lacuna/tensor/spec.h"

namespace lacuna {

// a + b and a b of known sizes. InvalidArgument, which begins with `where`, if the result is 2^63 or more.
inline Dim checked_sum(std::string_view where, Dim a, Dim b) {
  Dim sum = 0;
  LACUNA_REQUIRE(!__builtin_add_overflow(a, b, &sum), where, ": sizes must be below 2^63. Received: ", a,
                 " + ", b, ".");
  return sum;
}

inline Dim checked_product(std::string_view where, Dim a, Dim b) {
  Dim product = 0;
  LACUNA_REQUIRE(!__builtin_mul_overflow(a, b, &product), where, ": sizes must be below 2^63. Received: ", a,
                 " * ", b, ".");
  return product;
}

}  // namespace lacuna

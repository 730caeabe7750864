// The conversion loops, one for each pair of dtypes.
#include "lacuna/data/convert.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

namespace lacuna::data {
namespace {

template <class To, class From>
bool holds(From v) {
  if constexpr (std::is_floating_point_v<From>) {
    constexpr auto kLow = static_cast<From>(std::numeric_limits<To>::min());  // A power of two: exact.
    return v >= kLow && v < -kLow && v == std::trunc(v);                      // False for NaN.
  } else {
    return std::in_range<To>(v);
  }
}

template <class From, class To>
size_t convert(const std::byte* from, std::byte* to, size_t n) {
  const auto* source = reinterpret_cast<const From*>(from);
  auto* target = reinterpret_cast<To*>(to);
  if constexpr (std::is_same_v<From, To>) {
    if (n) std::memcpy(target, source, n * sizeof(To));
  } else if constexpr (std::is_same_v<From,
                                      bool>) {  // A byte that is neither 0 nor 1 must not be read as a bool.
    for (size_t i = 0; i < n; ++i) target[i] = static_cast<To>(from[i] != std::byte{0});
  } else if constexpr (std::is_floating_point_v<To>) {
    for (size_t i = 0; i < n; ++i) target[i] = static_cast<To>(source[i]);
  } else {
    for (size_t i = 0; i < n; ++i) {
      const From v = source[i];
      if (!holds<To>(v)) [[unlikely]]
        return i;
      target[i] = static_cast<To>(v);
    }
  }
  return n;
}

}  // namespace

Convert converter(DType from, DType to) {
  if (from == DType::string && to == DType::string) return convert<std::string_view, std::string_view>;
  return with_graph_dtype(to, [&](auto to_tag) {
    return with_dtype(from, [](auto from_tag) -> Convert {
      return convert<typename decltype(from_tag)::type, typename decltype(to_tag)::type>;
    });
  });
}

}  // namespace lacuna::data

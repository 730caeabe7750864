// The values of columns that features are made of: strings, or whole numbers.
#pragma once
#include <span>
#include <string_view>

#include "lacuna/graph/op.h"

namespace lacuna {

// The column as int64; the scratch's place holds those of int32.
inline std::span<const int64_t> whole_numbers(const tensor::Dense& column, Scratch& scratch, size_t place) {
  if (column.dtype == DType::int64) return column.values<int64_t>();
  const auto from = column.values<int32_t>();
  const auto to = scratch.get<int64_t>(place, from.size());
  std::copy(from.begin(), from.end(), to.begin());
  return to;
}

// Calls f with a span of strings or of int64.
template <class F>
void with_column(const tensor::Dense& column, Scratch& scratch, size_t place, const F& f) {
  if (column.dtype == DType::string) f(column.values<std::string_view>());
  else f(whole_numbers(column, scratch, place));
}

inline void require_column(std::string_view op, const char* name, const Spec& spec) {
  LACUNA_REQUIRE(spec.dtype == DType::string || spec.dtype == DType::int32 || spec.dtype == DType::int64, op,
                 ": ", name, " must be strings or whole numbers (int32, int64). Received: ", name, "=", spec,
                 ".");
}

}  // namespace lacuna

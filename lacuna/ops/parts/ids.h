// Ids of rows and columns: int32 or int64, checked before they are used as indices.
#pragma once
#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>

#include "lacuna/base/error.h"
#include "lacuna/kernels/scan_columns.h"
#include "lacuna/tensor/tensor.h"

namespace lacuna {

// Calls f(std::span<const int32_t>) or f(std::span<const int64_t>) with all ids.
template <class F>
void with_ids(const char* where, const tensor::Dense& ids, F&& f) {
  if (ids.dtype == DType::int64) return f(ids.values<int64_t>());
  LACUNA_REQUIRE(ids.dtype == DType::int32, where, ": ids must be int32 or int64. Received: ids=", ids.dtype,
                 ".");
  f(ids.values<int32_t>());
}

// The position of the first id that is not in [0, limit); ids.size() if there is none.
template <class I>
size_t first_out_of_range(std::span<const I> ids, Dim limit) {
  // Negative ids, read as unsigned, are above kTop.
  constexpr auto kTop = static_cast<uint64_t>(std::numeric_limits<I>::max());
  const uint64_t largest = kernels::scan_columns(ids.data(), ids.size(), false).largest;
  if (ids.empty() || (largest <= kTop && largest < static_cast<uint64_t>(limit))) return ids.size();
  const auto outside = [limit](I id) { return id < 0 || id >= limit; };
  return static_cast<size_t>(std::find_if(ids.begin(), ids.end(), outside) - ids.begin());
}

}  // namespace lacuna

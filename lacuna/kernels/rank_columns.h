// The order of a few columns, by comparing each with each: no branch depends on them, as in a sort.
#pragma once
#include <cstddef>
#include <cstdint>

namespace lacuna::kernels {

constexpr size_t kMostRanked = 128;

// Writes to ranks[k] the place of columns[k] when they are sorted; equal ones keep their order. `count` is at
// most kMostRanked, and `ranks` has room for so many.
void rank_columns(const int32_t* columns, size_t count, int32_t* ranks);

}  // namespace lacuna::kernels

// x times normally distributed noise.
#pragma once
#include "lacuna/graph/symbol.h"

#include <cstdint>

namespace lacuna {

// In training x times normally distributed numbers, of mean 0 and deviation 1, that are drawn for each place;
// else 0. Dense; csr keeps its pattern. Keyed as dropout's mask.
Symbol times_normal(const Symbol& x, uint64_t key);

}  // namespace lacuna

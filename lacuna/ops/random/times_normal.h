// x times normally distributed noise.
#pragma once
#include "lacuna/graph/symbol.h"

#include <cstdint>

namespace LACUNA_EXPORT lacuna {

// In training x times normally distributed numbers (mean 0, standard deviation 1), drawn for each element;
// else 0. Dense; csr keeps its pattern. The numbers depend on the same keys as dropout's mask.
Symbol times_normal(const Symbol& x, uint64_t key);

}  // namespace lacuna

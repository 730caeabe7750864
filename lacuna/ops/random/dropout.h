// Dropout: random values become 0, and the others are scaled up.
#pragma once
#include "lacuna/graph/symbol.h"

#include <cstdint>

namespace LACUNA_EXPORT lacuna {

// In training: 0 with probability `rate`, else x / (1 - rate). Outside of training: x, unless always. The
// mask depends only on (seed of the run, key, step, row, place in the row), so that dense and csr agree and
// threads do not matter. csr keeps its pattern. noise_shape is empty or has the rank of x: along an axis
// where it is 1, all values share the mask; elsewhere it must be None or the size of x.
Symbol dropout(const Symbol& x, double rate, uint64_t key, const Shape& noise_shape = {},
               bool always = false);

}  // namespace lacuna

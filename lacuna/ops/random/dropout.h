// Dropout: some values become 0, and the others larger.
#pragma once
#include "lacuna/graph/symbol.h"

#include <cstdint>

namespace lacuna {

// In training: 0 with probability `rate`, else x / (1 - rate); else x. The mask is keyed by (seed of the run,
// key, step, row, place in the row), so that dense and csr agree and threads do not matter. csr keeps its
// pattern. noise_shape, empty or of the rank of x: along an axis where it is 1 all values share the mask;
// else it is None or the size of x.
Symbol dropout(const Symbol& x, double rate, uint64_t key, const Shape& noise_shape = {});

}  // namespace lacuna

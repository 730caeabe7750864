// A product for each row of the batch.
#pragma once
#include "lacuna/graph/symbol.h"

namespace lacuna {

// For each row of the batch: contracts axis `axis_a` of a with axis `axis_b` of b (counted with the batch as
// 0), as Keras' batch_dot: ranks 2 or 3, dense. One of rank 2 may be csr. Two of rank 2 give (batch, 1), and
// either may be csr.
Symbol batch_dot(const Symbol& a, const Symbol& b, int axis_a, int axis_b);

}  // namespace lacuna

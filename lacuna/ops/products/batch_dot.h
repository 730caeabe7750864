// A product for each row of the batch.
#pragma once
#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

// For each row of the batch: contracts axis `axis_a` of a with axis `axis_b` of b (counted with the batch as
// 0), as Keras' batch_dot. a and b are dense and have rank 2 or 3; one of rank 2 may be csr, and so may both
// if both have rank 2. Two of rank 2 give (batch, 1).
Symbol batch_dot(const Symbol& a, const Symbol& b, int axis_a, int axis_b);

}  // namespace lacuna

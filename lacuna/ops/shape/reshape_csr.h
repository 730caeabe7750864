// csr in another shape, entry by entry.
#pragma once
#include "lacuna/tensor/tensor.h"

namespace lacuna::cpu {

// x as (rows, columns), in C order, as scipy reshapes. Entries stay in their order.
void reshape_csr(const char* where, const tensor::Csr& x, Dim rows, Dim columns, tensor::Csr& y);

}  // namespace lacuna::cpu

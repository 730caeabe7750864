// Another dtype, or another storage.
#pragma once
#include "lacuna/graph/symbol.h"

namespace lacuna {

// Another dtype; float to float has a gradient. Storage stays.
Symbol cast(const Symbol& x, DType dtype);
// Another storage, the same values: dense, csr, row_sparse, between any two.
Symbol cast_storage(const Symbol& x, Storage storage);
// cast_storage to dense that is a node where x is dense too: what is put in its place later may be sparse.
Symbol as_dense(const Symbol& x);
// The same value, through which no gradient flows.
Symbol stop_gradient(const Symbol& x);

}  // namespace lacuna

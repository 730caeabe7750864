// Casts to another dtype or another storage.
#pragma once
#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

// x in another dtype and the same storage. A gradient flows between float dtypes.
Symbol cast(const Symbol& x, DType dtype);
// x in another storage: from any of dense, csr and row_sparse to any other.
Symbol cast_storage(const Symbol& x, Storage storage);
// cast_storage to dense, which adds a node even where x is dense, since a sparse symbol may replace x later.
Symbol as_dense(const Symbol& x);
// The same value, through which no gradient flows.
Symbol stop_gradient(const Symbol& x);

}  // namespace lacuna

// A tensor times a number that is known while the graph is built.
#pragma once
#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

// factor · x: storage stays (dense, csr, row_sparse).
Symbol scale(const Symbol& x, double factor);
// x + offset: dense; x itself, of any storage, where offset is 0.
Symbol shift(const Symbol& x, double offset);

}  // namespace lacuna

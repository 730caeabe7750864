// Comparisons of two tensors.
#pragma once
#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

// 1 where the comparison holds, else 0, in the dtype of a; dense, with broadcasting; no gradient. not_equal,
// greater and less also take two sparse operands of the same storage, and then the result has that storage.
Symbol equal(const Symbol& a, const Symbol& b);
Symbol not_equal(const Symbol& a, const Symbol& b);
Symbol greater(const Symbol& a, const Symbol& b);
Symbol greater_equal(const Symbol& a, const Symbol& b);
Symbol less(const Symbol& a, const Symbol& b);
Symbol less_equal(const Symbol& a, const Symbol& b);

}  // namespace lacuna

// Comparisons of two tensors, and the larger and the smaller of them.
#pragma once
#include "lacuna/graph/symbol.h"

namespace lacuna {

// 1 where it holds, else 0, in the dtype of a; dense, with broadcasting; no gradient. not_equal, greater and
// less of two sparse ones of a storage are so too.
Symbol equal(const Symbol& a, const Symbol& b);
Symbol not_equal(const Symbol& a, const Symbol& b);
Symbol greater(const Symbol& a, const Symbol& b);
Symbol greater_equal(const Symbol& a, const Symbol& b);
Symbol less(const Symbol& a, const Symbol& b);
Symbol less_equal(const Symbol& a, const Symbol& b);

}  // namespace lacuna

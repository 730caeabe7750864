// Indexing of symbols: x[…].
#pragma once
#include "python/bind/convert.h"

namespace lacuna::bind {

// As in NumPy: along each axis a slice or, if x is dense, a whole number; along one axis ids or a mask, as a
// list, an array or a symbol. A symbol of floats, such as comparisons return, is a mask; one of integers
// holds ids.
Symbol item(const Symbol& x, nb::handle key);

}  // namespace lacuna::bind

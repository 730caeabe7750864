// x[…] of symbols.
#pragma once
#include "python/bind/convert.h"

namespace lacuna::bind {

// As NumPy's, along each axis: a slice, a whole number (dense), or along one of them ids or a mask, both a
// list, an array or a symbol. A symbol of floats, as comparisons give, is a mask; of integers, ids.
Symbol item(const Symbol& x, nb::handle key);

}  // namespace lacuna::bind

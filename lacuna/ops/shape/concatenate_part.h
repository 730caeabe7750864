// The part of a concatenation's gradient that belongs to one operand.
#pragma once
#include "lacuna/graph/symbol.h"

#include <vector>

namespace lacuna {

// Part i of y, which is `parts` concatenated along an axis, in the storage of y: where it lies in y only a
// run tells, since sizes are open. Of the parts their sizes alone are read.
Symbol concatenate_part(const Symbol& y, const std::vector<Symbol>& parts, size_t axis, size_t i);

}  // namespace lacuna

// The part of a concatenation's gradient that belongs to one operand.
#pragma once
#include "lacuna/graph/symbol.h"

#include <vector>

namespace lacuna {

// Part i of y, which is `parts` concatenated along an axis, in the storage of y. Of the parts only the sizes
// are read: where part i starts in y may be known only in a run.
Symbol concatenate_part(const Symbol& y, const std::vector<Symbol>& parts, size_t axis, size_t i);

}  // namespace lacuna

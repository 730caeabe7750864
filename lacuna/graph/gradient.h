// Reverse mode: the gradients of a scalar are symbols of the same graph, so there is no second machinery.
#pragma once
#include <vector>

#include "lacuna/graph/symbol.h"

namespace lacuna {

// A gradient of `loss` (shape ()) for each of `with_respect_to`; empty where the loss does not depend on it.
std::vector<Symbol> gradients(const Symbol& loss, const std::vector<Symbol>& with_respect_to);

// `outputs` with placeholders (or other symbols) replaced, all that depends on them made anew: storages and
// dtypes are inferred again, and an op that has no rule for them is an error.
std::vector<Symbol> substitute(const std::vector<Symbol>& outputs, const std::vector<Symbol>& from,
                               const std::vector<Symbol>& to);

}  // namespace lacuna

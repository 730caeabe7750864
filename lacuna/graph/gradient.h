// Reverse-mode gradients of a scalar. They are symbols of the same graph, so they run like all others.
#pragma once
#include <vector>

#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

// The gradient of `loss` (shape ()) for each of `with_respect_to`; empty if the loss does not depend on it.
std::vector<Symbol> gradients(const Symbol& loss, const std::vector<Symbol>& with_respect_to);
// The same for results of any shape, where the gradient of each, douts[i], is given.
std::vector<Symbol> gradients(const std::vector<Symbol>& outputs, const std::vector<Symbol>& douts,
                              const std::vector<Symbol>& with_respect_to);

// `outputs` with the symbols `from`, such as placeholders, replaced by `to`. All that depends on them is
// built again: storages and dtypes are inferred, and an op that has no rule for them is an error.
std::vector<Symbol> substitute(const std::vector<Symbol>& outputs, const std::vector<Symbol>& from,
                               const std::vector<Symbol>& to);

}  // namespace lacuna

// The front of a network: what layers of features make of the inputs. It depends on nothing that training
// changes, so it can be computed when a batch is packed, beside the step of the batch before.
#pragma once
#include <vector>

#include "lacuna/graph/symbol.h"

namespace lacuna {

// The symbols at which a network can be cut: results of ops that make features of the inputs alone, which
// other ops read or which are outputs. Empty in a network without layers of features.
std::vector<Symbol> front_of(const std::vector<Symbol>& inputs, const std::vector<Symbol>& outputs);

}  // namespace lacuna

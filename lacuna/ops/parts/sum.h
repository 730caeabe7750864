// The sum over axes, of which the gradients of all that repeats are made. It is defined with the other
// reductions, whose own gradients repeat: this header keeps the folders one-way.
#pragma once
#include "lacuna/graph/symbol.h"
#include "lacuna/ops/parts/axes.h"

namespace lacuna {

Symbol sum(const Symbol& x, const Axes& axes = {}, bool keepdims = false);

}  // namespace lacuna

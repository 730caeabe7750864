// The sum over axes, which is the gradient of every op that repeats values. It is defined with the other
// reductions; since their gradients repeat values in turn, declaring it here keeps the folders from depending
// on each other.
#pragma once
#include "lacuna/graph/symbol.h"
#include "lacuna/ops/parts/axes.h"

namespace LACUNA_EXPORT lacuna {

Symbol sum(const Symbol& x, const Axes& axes = {}, bool keepdims = false);

}  // namespace lacuna

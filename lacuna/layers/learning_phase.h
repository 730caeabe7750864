// Whether a symbol is another one in training than outside of it.
#pragma once
#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {
namespace layers {

// Whether an op that a symbol depends on acts in training alone, such as dropout.
bool uses_learning_phase(const Symbol& symbol);

}  // namespace layers
}  // namespace lacuna

// Selects one symbol in training and another one outside of it.
#pragma once
#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

// x in training, else alt, which have the same shape, dtype and storage (dense or csr): Keras'
// K.in_train_phase. The gradient flows to the one that is selected.
Symbol in_train_phase(const Symbol& x, const Symbol& alt);

}  // namespace lacuna

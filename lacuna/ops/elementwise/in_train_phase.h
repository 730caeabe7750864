// One symbol in training and another one else.
#pragma once
#include "lacuna/graph/symbol.h"

namespace lacuna {

// x in training, else alt, both of one shape, dtype and storage (dense or csr): Keras' K.in_train_phase. The
// gradient flows to the one that is taken.
Symbol in_train_phase(const Symbol& x, const Symbol& alt);

}  // namespace lacuna

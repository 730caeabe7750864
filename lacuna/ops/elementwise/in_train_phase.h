// Selects one symbol in training and another one outside of it.
#pragma once
#include <optional>

#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

// Keras' K.set_learning_phase, for what is built from now on, in all threads: true or false is the phase in
// which K.function runs, and false that of layers too, which then act as in prediction even while fit trains.
// Nothing, as at first: fit trains, and all else does not.
void set_learning_phase(std::optional<bool> training);
std::optional<bool> fixed_learning_phase();

// x in training, else alt, which have the same shape, dtype and storage (dense or csr): Keras'
// K.in_train_phase. The gradient flows to the one that is selected.
Symbol in_train_phase(const Symbol& x, const Symbol& alt);

}  // namespace lacuna

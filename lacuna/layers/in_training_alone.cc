// The base of layers that act only in training.
#include "lacuna/layers/in_training_alone.h"

#include "lacuna/base/error.h"

namespace lacuna::layers {

std::vector<Symbol> InTrainingAlone::call(const Inputs& inputs) {
  if (inputs.training == false) return inputs.symbols;
  return Layer::call(inputs);
}

}  // namespace lacuna::layers

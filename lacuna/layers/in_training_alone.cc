// The base of layers that act only in training.
#include "lacuna/layers/in_training_alone.h"

#include "lacuna/base/error.h"

namespace lacuna::layers {

void refuse_training_elsewhere(const std::string& name, const Inputs& inputs) {
  LACUNA_REQUIRE(
      inputs.training != true, name,
      ": training=True must only be passed on by the call of a custom layer; training behavior in predict "
      "is not supported. Received: training=True; without this argument the layer is active in training.");
}

std::vector<Symbol> InTrainingAlone::call(const Inputs& inputs) {
  refuse_training_elsewhere(name(), inputs);
  if (inputs.training == false) return inputs.symbols;
  return Layer::call(inputs);
}

}  // namespace lacuna::layers

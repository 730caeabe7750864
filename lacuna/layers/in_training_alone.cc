// Layers that do something in training alone.
#include "lacuna/layers/in_training_alone.h"

#include "lacuna/base/error.h"

namespace lacuna::layers {

void refuse_training_elsewhere(const std::string& name, const Inputs& inputs) {
  LACUNA_REQUIRE(
      inputs.training != true, name,
      ": training=True is for the call of a layer of one's own, which hands on what it got; to train "
      "in predict is not supported. Received: training=True; leave it out, and the layer does in "
      "training what it is for.");
}

std::vector<Symbol> InTrainingAlone::call(const Inputs& inputs) {
  refuse_training_elsewhere(name(), inputs);
  if (inputs.training == false) return inputs.symbols;
  return Layer::call(inputs);
}

}  // namespace lacuna::layers

// Layers that do something in training, and pass on what they get else: dropout, noise.
#pragma once
#include "lacuna/layers/layer.h"

namespace lacuna::layers {

class InTrainingAlone : public Layer {
 protected:
  using Layer::call;
  using Layer::Layer;
  // training=false: the input as it is.
  std::vector<Symbol> call(const Inputs& inputs) override;
};

// Throws for training=true outside of the trace of training: what a layer does there would have to be done by
// predict.
void refuse_training_elsewhere(const std::string& name, const Inputs& inputs);

}  // namespace lacuna::layers

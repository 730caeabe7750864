// The base of layers that act only in training and else pass on their input: dropout, noise.
#pragma once
#include "lacuna/layers/layer.h"

namespace LACUNA_EXPORT lacuna {
namespace layers {

class InTrainingAlone : public Layer {
 protected:
  using Layer::call;
  using Layer::Layer;
  // For training=false, returns the inputs unchanged.
  std::vector<Symbol> call(const Inputs& inputs) override;
};

// Throws for training=true while training is not being traced, since predict would then behave as in
// training.
void refuse_training_elsewhere(const std::string& name, const Inputs& inputs);

}  // namespace layers
}  // namespace lacuna

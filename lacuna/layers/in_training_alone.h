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

}  // namespace layers
}  // namespace lacuna

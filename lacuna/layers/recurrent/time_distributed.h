// TimeDistributed: another layer applied to each step of time, with the same weights.
#pragma once
#include "lacuna/layers/layer.h"

namespace LACUNA_EXPORT lacuna {
namespace layers {

// Called on x, (batch, time, …), dense. The layer gets all steps at once, as rows of one batch,
// (batch · time, …); each of its outputs becomes (batch, time, …) again. Batch and time may be unknown.
//
// The mask of x, (batch, time, …), says which steps count. If it has further axes, it is also the mask of the
// layer's input. The mask of the output is the one that the layer gives; without one, a step counts if
// anything in it does.
class TimeDistributed : public Layer {
 public:
  explicit TimeDistributed(std::shared_ptr<Layer> layer, const LayerOptions& options = {});
  Layer& layer() const { return *layer_; }

 protected:
  void build(const std::vector<Shape>& input_shapes) override;
  using Layer::call;
  std::vector<Symbol> call(const Inputs& inputs) override;
  std::vector<Symbol> compute_masks(const Inputs& inputs) override;

 private:
  Inputs as_rows(const Inputs& inputs) const;

  std::shared_ptr<Layer> layer_;
};

}  // namespace layers
}  // namespace lacuna

// Layers that pool over all steps.
#pragma once
#include "lacuna/layers/layer.h"

namespace LACUNA_EXPORT lacuna {
namespace layers {

struct GlobalPooling1DOptions {
  bool channels_last = true;  // Keras' data_format; false: (batch, features, steps).
  std::string name{};
  bool trainable = true;
  std::optional<DType> dtype{};
  Shape input_shape{}, batch_input_shape{};
};

// (batch, steps, features) to (batch, features): the mean over the steps that count; 0 if none does.
class GlobalAveragePooling1D : public Layer {
 public:
  explicit GlobalAveragePooling1D(const GlobalPooling1DOptions& options = {});

 protected:
  Symbol call(const Symbol& x) override;
  Symbol call(const Symbol& x, const Symbol& mask) override;
  Symbol compute_mask(const std::vector<Symbol>& inputs, const std::vector<Symbol>& masks) override;

 private:
  int steps_;  // The axis.
};

// The largest value over the steps. As in Keras it does not support masks.
class GlobalMaxPooling1D : public Layer {
 public:
  explicit GlobalMaxPooling1D(const GlobalPooling1DOptions& options = {});

 protected:
  Symbol call(const Symbol& x) override;

 private:
  int steps_;
};

using GlobalAvgPool1D = GlobalAveragePooling1D;
using GlobalMaxPool1D = GlobalMaxPooling1D;

}  // namespace layers
}  // namespace lacuna

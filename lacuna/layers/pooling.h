// Steps made one.
#pragma once
#include "lacuna/layers/layer.h"

namespace lacuna::layers {

struct GlobalPooling1DOptions {
  bool channels_last = true;  // Keras' data_format: else (batch, features, steps).
  std::string name{};
  bool trainable = true;
  std::optional<DType> dtype{};
  Shape input_shape{}, batch_input_shape{};
};

// (batch, steps, features) to (batch, features): the mean over the steps that count; 0 where none does.
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

// The largest over the steps. As in Keras it takes no mask.
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

}  // namespace lacuna::layers

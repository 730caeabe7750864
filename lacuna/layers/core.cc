// Layers without weights: activation, dropout, shape.
#include "lacuna/layers/core.h"

#include "lacuna/ops/dropout.h"
#include "lacuna/ops/reshape.h"

namespace lacuna::layers {

Activation::Activation(Arg<activations::Activation> activation, const LayerOptions& options)
    : Layer(options, "Activation"), activation_(std::move(activation)) {
  require(static_cast<bool>(activation_), "Activation: an activation must be given. Received: none.");
}
Symbol Activation::call(const Symbol& x) { return (*activation_)(x); }

Dropout::Dropout(double rate, const DropoutOptions& options)
    : Layer(common(options), "Dropout"), rate_(rate), key_(options.seed ? mix(*options.seed) : next_key()) {
  require(rate >= 0 && rate < 1, "Dropout: rate must be in [0, 1). Received: rate=", rate, ".");
  require(options.noise_shape.empty(),
          "Dropout: noise_shape is not supported yet. Received: noise_shape=", to_string(options.noise_shape),
          ".");
}
Symbol Dropout::call(const Symbol& x) { return rate_ > 0 ? dropout(x, rate_, key_) : x; }

Flatten::Flatten(const LayerOptions& options) : Layer(options, "Flatten") {}
Symbol Flatten::call(const Symbol& x) { return flatten(x); }

Reshape::Reshape(Shape target_shape, const LayerOptions& options)
    : Layer(options, "Reshape"), target_shape_(std::move(target_shape)) {}
Symbol Reshape::call(const Symbol& x) { return reshape(x, target_shape_); }

}  // namespace lacuna::layers

// Layers without weights: activation, dropout, shape.
#include "lacuna/layers/core.h"

#include "lacuna/ops/dropout.h"
#include "lacuna/ops/reshape.h"

namespace lacuna::layers {
namespace {

void activation_list(Settings& s, Arg<activations::Activation>& activation, LayerOptions&) {
  s("activation", activation);
}
void dropout_list(Settings& s, double& rate, DropoutOptions& o) {
  s("rate", rate).shape("noise_shape", o.noise_shape)("seed", o.seed);
}
void reshape_list(Settings& s, Shape& target_shape, LayerOptions&) { s("target_shape", target_shape); }
// There is one order of dimensions here; Keras' files name it.
void flatten_list(Settings& s, LayerOptions&) {
  std::string order = "channels_last";
  s("data_format", order);
  require(order == "channels_last", "Flatten: data_format must be 'channels_last'. Received: data_format='",
          order, "'.");
}

const bool told = known<Activation>("Activation", activation_list) &&
                  known<Dropout>("Dropout", dropout_list) && known<Flatten>("Flatten", flatten_list) &&
                  known<Reshape>("Reshape", reshape_list);

}  // namespace

Activation::Activation(Arg<activations::Activation> activation, const LayerOptions& options)
    : Layer(options, "Activation"), activation_(std::move(activation)) {
  require(static_cast<bool>(activation_), "Activation: an activation must be given. Received: none.");
  describe(activation_list, activation_, options);
}
Symbol Activation::call(const Symbol& x) { return (*activation_)(x); }

Dropout::Dropout(double rate, const DropoutOptions& options)
    : Layer(common(options), "Dropout"), rate_(rate) {
  require(rate >= 0 && rate < 1, "Dropout: rate must be in [0, 1). Received: rate=", rate, ".");
  require(options.noise_shape.empty(),
          "Dropout: noise_shape is not supported yet. Received: noise_shape=", to_string(options.noise_shape),
          ".");
  state()->key = options.seed ? mix(*options.seed) : next_key();
  describe(dropout_list, rate, options);
}
Symbol Dropout::call(const Symbol& x) { return rate_ > 0 ? dropout(x, rate_, state()->key) : x; }

Flatten::Flatten(const LayerOptions& options) : Layer(options, "Flatten") { describe(flatten_list, options); }
Symbol Flatten::call(const Symbol& x) { return flatten(x); }

Reshape::Reshape(Shape target_shape, const LayerOptions& options)
    : Layer(options, "Reshape"), target_shape_(std::move(target_shape)) {
  describe(reshape_list, target_shape_, options);
}
Symbol Reshape::call(const Symbol& x) { return reshape(x, target_shape_); }

}  // namespace lacuna::layers

// Activations with settings or weights.
#include "lacuna/layers/advanced_activations.h"

#include <cmath>

#include "lacuna/layers/activations/activations.h"
#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/elementwise/unary.h"

namespace lacuna::layers {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// A number that may be missing or None in a config: then `otherwise`.
void number(Settings& s, const char* name, double& value, double otherwise) {
  if (s.reads()) value = otherwise;
  s(name, value);
}
void leaky_list(Settings& s, double& alpha, LayerOptions&) { number(s, "alpha", alpha, 0.3); }
void elu_list(Settings& s, double& alpha, LayerOptions&) { number(s, "alpha", alpha, 1); }
void threshold_list(Settings& s, double& theta, LayerOptions&) { number(s, "theta", theta, 1); }
void softmax_list(Settings& s, int& axis, LayerOptions&) {
  if (s.reads()) axis = -1;
  s("axis", axis);
}
void relu_list(Settings& s, ReLUOptions& o) {  // None in a config: no max_value.
  std::optional<double> max_value;
  if (o.max_value != kInfinity) max_value = o.max_value;
  s("max_value", max_value)("negative_slope", o.negative_slope)("threshold", o.threshold);
  o.max_value = max_value.value_or(kInfinity);
}
void prelu_list(Settings& s, PReLUOptions& o) {
  s("alpha_initializer", o.alpha_initializer)("alpha_regularizer", o.alpha_regularizer);
  s("alpha_constraint", o.alpha_constraint).shape("shared_axes", o.shared_axes);
}
const bool advanced_activations_registered =
    known<LeakyReLU>("LeakyReLU", leaky_list) && known<ELU>("ELU", elu_list) &&
    known<ThresholdedReLU>("ThresholdedReLU", threshold_list) && known<Softmax>("Softmax", softmax_list) &&
    known<ReLU>("ReLU", relu_list) && known<PReLU>("PReLU", prelu_list);

}  // namespace

LeakyReLU::LeakyReLU(double alpha, const LayerOptions& options) : Layer(options, "LeakyReLU"), alpha_(alpha) {
  supports_masking();
  describe(leaky_list, alpha, options);
}
Symbol LeakyReLU::call(const Symbol& x) { return relu(x, alpha_); }

ELU::ELU(double alpha, const LayerOptions& options) : Layer(options, "ELU"), alpha_(alpha) {
  supports_masking();
  describe(elu_list, alpha, options);
}
Symbol ELU::call(const Symbol& x) { return elu(x, alpha_); }

ThresholdedReLU::ThresholdedReLU(double theta, const LayerOptions& options)
    : Layer(options, "ThresholdedReLU"), theta_(theta) {
  supports_masking();
  describe(threshold_list, theta, options);
}
Symbol ThresholdedReLU::call(const Symbol& x) {
  // relu keeps x = threshold, but theta itself must become 0: use the next number above it.
  const double above = x.dtype() == DType::float32
                           ? static_cast<double>(std::nextafter(static_cast<float>(theta_),
                                                                std::numeric_limits<float>::infinity()))
                           : std::nextafter(theta_, kInfinity);
  return relu(x, 0, kInfinity, above);
}

ReLU::ReLU(const ReLUOptions& options)
    : Layer(common(options), "ReLU"),
      max_value_(options.max_value),
      negative_slope_(options.negative_slope),
      threshold_(options.threshold) {
  LACUNA_REQUIRE(max_value_ >= 0 && negative_slope_ >= 0,
                 "ReLU: max_value and negative_slope must not be negative. Received: max_value=", max_value_,
                 ", negative_slope=", negative_slope_, ".");
  supports_masking();
  describe(relu_list, options);
}
Symbol ReLU::call(const Symbol& x) { return relu(x, negative_slope_, max_value_, threshold_); }

Softmax::Softmax(int axis, const LayerOptions& options) : Layer(options, "Softmax"), axis_(axis) {
  supports_masking();
  describe(softmax_list, axis, options);
}
Symbol Softmax::call(const Symbol& x) { return activations::softmax(x, axis_); }

PReLU::PReLU(PReLUOptions options)
    : Layer(common(options), "PReLU"), options_(std::make_shared<PReLUOptions>(std::move(options))) {
  supports_masking();
  describe(prelu_list, *options_);
}

void PReLU::build(const std::vector<Shape>& input_shapes) {
  Shape shape(input_shapes[0].begin() + 1, input_shapes[0].end());
  for (const int64_t axis : options_->shared_axes) {
    LACUNA_REQUIRE(axis >= 1 && axis <= static_cast<int64_t>(shape.size()), name(),
                   ": shared_axes must be axes of the input, other than the batch. Received: axis=", axis,
                   ", input=", to_string(input_shapes[0]), ".");
    shape[static_cast<size_t>(axis) - 1] = 1;
  }
  add_weight("alpha", shape, options_->alpha_initializer, options_->alpha_regularizer,
             options_->alpha_constraint);
}

Symbol PReLU::call(const Symbol& x) {
  const Symbol alpha = read(state()->weights[0].variable);
  return subtract(relu(x), multiply(relu(negative(x)), alpha));
}

}  // namespace lacuna::layers

// Convolution of each channel on its own, alone or before a convolution across channels.
#pragma once
#include "lacuna/layers/activations/activations.h"
#include "lacuna/layers/layer.h"

namespace LACUNA_EXPORT lacuna {
namespace layers {

// A list has a number for each spatial axis, or one number for all. What is pointwise is of SeparableConv1D
// and SeparableConv2D alone.
struct SeparableOptions {
  Shape strides{};  // 1 unless given.
  std::string padding = "valid", data_format = "channels_last";
  Shape dilation_rate{};  // 1 unless given.
  Dim depth_multiplier = 1;
  Arg<activations::Activation> activation{};
  bool use_bias = true;
  Arg<initializers::Initializer> depthwise_initializer = "glorot_uniform",
                                 pointwise_initializer = "glorot_uniform", bias_initializer = "zeros";
  Arg<regularizers::Regularizer> depthwise_regularizer{}, pointwise_regularizer{}, bias_regularizer{},
      activity_regularizer{};
  Arg<constraints::Constraint> depthwise_constraint{}, pointwise_constraint{}, bias_constraint{};
  std::string name{};
  bool trainable = true;
  std::optional<DType> dtype{};
  Shape input_shape{}, batch_input_shape{};
};

// The base of the layers below: activation(pointwise(depthwise(x)) + bias). The depthwise kernel is
// (window…, channels, depth_multiplier), the pointwise one (1…, channels · depth_multiplier, filters).
class Separable : public Layer {
 protected:
  // filters: 0 for a layer without a pointwise kernel.
  Separable(const char* class_name, Dim filters, Shape kernel_size, size_t spatial, SeparableOptions options);
  void build(const std::vector<Shape>& input_shapes) override;
  Symbol call(const Symbol& x) override;
  Symbol activity_loss(const Symbol& output) override;

  Dim filters_;
  Shape size_;
  std::shared_ptr<const SeparableOptions> options_;
};

// (batch, steps, channels) to (batch, new steps, filters).
class SeparableConv1D : public Separable {
 public:
  explicit SeparableConv1D(Dim filters, Shape kernel_size, SeparableOptions options = {});
};

// (batch, rows, columns, channels) to (batch, new rows, new columns, filters).
class SeparableConv2D : public Separable {
 public:
  explicit SeparableConv2D(Dim filters, Shape kernel_size, SeparableOptions options = {});
};

// (batch, rows, columns, channels) to (batch, new rows, new columns, channels · depth_multiplier).
class DepthwiseConv2D : public Separable {
 public:
  explicit DepthwiseConv2D(Shape kernel_size, SeparableOptions options = {});
};

using SeparableConvolution1D = SeparableConv1D;
using SeparableConvolution2D = SeparableConv2D;

}  // namespace layers
}  // namespace lacuna

// Convolution over one, two or three axes: activation(convolution(x, kernel) + bias), and its transpose.
#pragma once
#include "lacuna/layers/activations/activations.h"
#include "lacuna/layers/layer.h"

namespace LACUNA_EXPORT lacuna {
namespace layers {

// A list has a number for each spatial axis, or one number for all.
struct ConvolutionOptions {
  Shape strides{};                            // 1 unless given.
  std::string padding = "valid";              // Or 'same'; of Conv1D also 'causal'.
  Shape output_padding{};                     // Of the transposed ones alone: see Conv2DTranspose.
  std::string data_format = "channels_last";  // Or 'channels_first'.
  Shape dilation_rate{};                      // 1 unless given.
  Arg<activations::Activation> activation{};
  bool use_bias = true;
  Arg<initializers::Initializer> kernel_initializer = "glorot_uniform", bias_initializer = "zeros";
  Arg<regularizers::Regularizer> kernel_regularizer{}, bias_regularizer{}, activity_regularizer{};
  Arg<constraints::Constraint> kernel_constraint{}, bias_constraint{};
  std::string name{};
  bool trainable = true;
  std::optional<DType> dtype{};
  Shape input_shape{}, batch_input_shape{};
};

// The base of the layers below. The kernel is (window…, channels, filters).
class Convolution : public Layer {
 protected:
  Convolution(const char* class_name, Dim filters, Shape kernel_size, size_t spatial,
              ConvolutionOptions options);
  void build(const std::vector<Shape>& input_shapes) override;
  Symbol call(const Symbol& x) override;
  Symbol activity_loss(const Symbol& output) override;
  // convolution(x, kernel), or its transpose; channels are last.
  virtual Symbol convolved(const Symbol& x, const Symbol& kernel) const;

  size_t spatial() const { return size_.size(); }
  bool is_transposed_ = false;
  Dim filters_;
  Shape size_;
  std::shared_ptr<const ConvolutionOptions> options_;
};

// (batch, steps, channels) to (batch, new steps, filters).
class Conv1D : public Convolution {
 public:
  explicit Conv1D(Dim filters, Shape kernel_size, ConvolutionOptions options = {});
};

// (batch, rows, columns, channels) to (batch, new rows, new columns, filters).
class Conv2D : public Convolution {
 public:
  explicit Conv2D(Dim filters, Shape kernel_size, ConvolutionOptions options = {});
};

// The same with three spatial axes.
class Conv3D : public Convolution {
 public:
  explicit Conv3D(Dim filters, Shape kernel_size, ConvolutionOptions options = {});
};

// The gradient of a convolution as a layer: an axis of size n becomes n · stride ('same') or
// n · stride + max(window - stride, 0) ('valid'). With output_padding it becomes (n - 1) · stride + window +
// output_padding, less 2 ⌊window / 2⌋ for 'same'. The kernel is (window…, filters, channels).
class ConvolutionTranspose : public Convolution {
 protected:
  ConvolutionTranspose(const char* class_name, Dim filters, Shape kernel_size, size_t spatial,
                       ConvolutionOptions options);
  Symbol convolved(const Symbol& y, const Symbol& kernel) const override;
};

class Conv2DTranspose : public ConvolutionTranspose {
 public:
  explicit Conv2DTranspose(Dim filters, Shape kernel_size, ConvolutionOptions options = {});
};

class Conv3DTranspose : public ConvolutionTranspose {
 public:
  explicit Conv3DTranspose(Dim filters, Shape kernel_size, ConvolutionOptions options = {});
};

using Convolution1D = Conv1D;
using Convolution2D = Conv2D;
using Convolution3D = Conv3D;
using Deconvolution2D = Conv2DTranspose;
using Deconvolution3D = Conv3DTranspose;

}  // namespace layers
}  // namespace lacuna

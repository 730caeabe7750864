// Convolution with a kernel of its own for each place.
#pragma once
#include "lacuna/layers/convolution.h"

namespace LACUNA_EXPORT lacuna {
namespace layers {

// The base of the layers below. The sizes of the input must be known. The kernel is (places of the result,
// size of the window · channels, filters), the bias (places…, filters). There is no padding, dilation or
// output_padding.
class LocallyConnected : public Layer {
 protected:
  LocallyConnected(const char* class_name, Dim filters, Shape kernel_size, size_t spatial,
                   ConvolutionOptions options);
  void build(const std::vector<Shape>& input_shapes) override;
  Symbol call(const Symbol& x) override;
  Symbol activity_loss(const Symbol& output) override;

 private:
  Dim filters_;
  Shape size_;
  std::shared_ptr<const ConvolutionOptions> options_;
};

// (batch, steps, channels) to (batch, new steps, filters).
class LocallyConnected1D : public LocallyConnected {
 public:
  explicit LocallyConnected1D(Dim filters, Shape kernel_size, ConvolutionOptions options = {});
};

// (batch, rows, columns, channels) to (batch, new rows, new columns, filters).
class LocallyConnected2D : public LocallyConnected {
 public:
  explicit LocallyConnected2D(Dim filters, Shape kernel_size, ConvolutionOptions options = {});
};

}  // namespace layers
}  // namespace lacuna

// Convolution over one, two or three spatial axes, its transpose, and depthwise convolution.
#pragma once
#include "lacuna/ops/convolution/window.h"

namespace LACUNA_EXPORT lacuna {

struct ConvolutionOptions {
  Shape strides{}, dilation{};  // One number for each spatial axis; 1 unless given.
  Padding padding = Padding::valid;
  bool channels_first = false;  // (batch, channels, spatial axes…), of x and of the result.
};

// x: dense, (batch, spatial axes…, channels); kernel: (window…, channels, filters). The result has the
// filters as its channels. As in Keras the kernel is not flipped.
Symbol convolution(const Symbol& x, const Symbol& kernel, const ConvolutionOptions& options = {});

// The same with a kernel (window…, channels, multiplier) for each channel on its own. The result has
// channels × multiplier channels.
Symbol depthwise_convolution(const Symbol& x, const Symbol& kernel, const ConvolutionOptions& options = {});

// The gradient of convolution: turns y, of the shape of its result, into the shape of its x. kernel:
// (window…, channels of the result, channels of y). A spatial axis of size n becomes
// n · stride + more[axis], which must be a size that convolution turns into n.
Symbol convolution_transpose(const Symbol& y, const Symbol& kernel, const Shape& more,
                             const ConvolutionOptions& options = {});

}  // namespace lacuna

// Keras' functions of convolution, pooling, padding and resizing on symbols. x is dense, (batch, spatial
// axes…, channels), or with channels_first (batch, channels, spatial axes…). Lists have a number for each
// spatial axis.
#pragma once
#include <utility>
#include <vector>

#include "lacuna/ops/convolution/convolution.h"
#include "lacuna/ops/convolution/pooling.h"
#include "lacuna/ops/convolution/resize.h"

namespace LACUNA_EXPORT lacuna {
namespace backend {

// The kernel is (window…, channels, filters).
Symbol conv1d(const Symbol& x, const Symbol& kernel, const ConvolutionOptions& options = {});
Symbol conv2d(const Symbol& x, const Symbol& kernel, const ConvolutionOptions& options = {});
Symbol conv3d(const Symbol& x, const Symbol& kernel, const ConvolutionOptions& options = {});

// The gradient of conv2d or conv3d for an x of output_shape (with the batch, which is not used). The kernel
// is (window…, channels of the result, channels of x). The spatial sizes of x must be known.
Symbol conv2d_transpose(const Symbol& x, const Symbol& kernel, const Shape& output_shape,
                        const ConvolutionOptions& options = {});
Symbol conv3d_transpose(const Symbol& x, const Symbol& kernel, const Shape& output_shape,
                        const ConvolutionOptions& options = {});

// The depthwise kernel is (window…, channels, multiplier), the pointwise one
// (1…, channels · multiplier, filters).
Symbol depthwise_conv2d(const Symbol& x, const Symbol& depthwise_kernel,
                        const ConvolutionOptions& options = {});
Symbol separable_conv1d(const Symbol& x, const Symbol& depthwise_kernel, const Symbol& pointwise_kernel,
                        const ConvolutionOptions& options = {});
Symbol separable_conv2d(const Symbol& x, const Symbol& depthwise_kernel, const Symbol& pointwise_kernel,
                        const ConvolutionOptions& options = {});

// A kernel of its own for each place: (places, size of the window · channels, filters).
Symbol local_conv1d(const Symbol& x, const Symbol& kernel, const Shape& kernel_size, const Shape& strides);
Symbol local_conv2d(const Symbol& x, const Symbol& kernel, const Shape& kernel_size, const Shape& strides,
                    bool channels_first = false);

Symbol pool2d(const Symbol& x, const Shape& pool_size, const PoolingOptions& options = {.strides = {1, 1}});
Symbol pool3d(const Symbol& x, const Shape& pool_size,
              const PoolingOptions& options = {.strides = {1, 1, 1}});

// Zeros in front of and behind each spatial axis.
using Ends = std::vector<std::pair<Dim, Dim>>;
Symbol temporal_padding(const Symbol& x, const Ends& padding = {{1, 1}});
Symbol spatial_2d_padding(const Symbol& x, const Ends& padding = {{1, 1}, {1, 1}},
                          bool channels_first = false);
Symbol spatial_3d_padding(const Symbol& x, const Ends& padding = {{1, 1}, {1, 1}, {1, 1}},
                          bool channels_first = false);

// Images height_factor times as high and width_factor times as wide.
Symbol resize_images(const Symbol& x, Dim height_factor, Dim width_factor, bool channels_first = false,
                     Interpolation interpolation = Interpolation::nearest);

}  // namespace backend
}  // namespace lacuna

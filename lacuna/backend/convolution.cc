// Keras' functions of convolution, pooling, padding and resizing: ops for one number of spatial axes each.
#include "lacuna/backend/convolution.h"

#include "lacuna/base/error.h"
#include "lacuna/ops/convolution/local.h"
#include "lacuna/ops/shape/pad.h"

namespace lacuna::backend {
namespace {

const Symbol& of_rank(const char* where, const Symbol& x, size_t spatial) {
  LACUNA_REQUIRE(x.rank() == spatial + 2 && x.storage() == Storage::dense, where,
                 ": x must be dense and have rank ", spatial + 2,
                 "; to_dense(x), and reshape, make one of csr. Received: x=", x.spec(), ".");
  return x;
}

Symbol transposed(const char* where, const Symbol& x, const Symbol& kernel, const Shape& output_shape,
                  ConvolutionOptions options, size_t spatial) {
  of_rank(where, x, spatial);
  if (options.strides.empty()) options.strides.assign(spatial, 1);
  LACUNA_REQUIRE(output_shape.size() == x.rank() && options.strides.size() == spatial, where,
                 ": output_shape must have rank ", spatial + 2,
                 ", and strides a number for each spatial axis. "
                 "Received: output_shape=",
                 to_string(output_shape), ", strides=", to_string(options.strides), ".");
  Shape more;
  for (size_t i = 0; i < spatial; ++i) {
    const size_t axis = i + (options.channels_first ? 2 : 1);
    LACUNA_REQUIRE(x.shape()[axis] != None && output_shape[axis] != None, where,
                   ": the spatial sizes of x and of output_shape must be known. Received: x=", x.spec(),
                   ", output_shape=", to_string(output_shape), ".");
    more.push_back(output_shape[axis] - x.shape()[axis] * options.strides[i]);
  }
  return convolution_transpose(x, kernel, more, options);
}

Symbol separable(const Symbol& x, const Symbol& depthwise, const Symbol& pointwise,
                 const ConvolutionOptions& options) {
  return convolution(depthwise_convolution(x, depthwise, options), pointwise,
                     {.channels_first = options.channels_first});
}

Symbol padded(const char* where, const Symbol& x, const Ends& padding, bool first, size_t spatial) {
  of_rank(where, x, spatial);
  bool fits = padding.size() == spatial;
  for (const auto& [before, after] : padding) fits = fits && before >= 0 && after >= 0;
  LACUNA_REQUIRE(fits, where, ": padding must have two numbers, not negative, for each of ", spatial,
                 " spatial axes. Received: ", padding.size(), " pairs.");
  std::vector<Dim> before(x.rank()), after(x.rank());
  for (size_t i = 0; i < spatial; ++i) {
    before[i + (first ? 2 : 1)] = padding[i].first;
    after[i + (first ? 2 : 1)] = padding[i].second;
  }
  return pad(x, before, after);
}

}  // namespace

Symbol conv1d(const Symbol& x, const Symbol& kernel, const ConvolutionOptions& options) {
  return convolution(of_rank("conv1d", x, 1), kernel, options);
}
Symbol conv2d(const Symbol& x, const Symbol& kernel, const ConvolutionOptions& options) {
  return convolution(of_rank("conv2d", x, 2), kernel, options);
}
Symbol conv3d(const Symbol& x, const Symbol& kernel, const ConvolutionOptions& options) {
  return convolution(of_rank("conv3d", x, 3), kernel, options);
}

Symbol conv2d_transpose(const Symbol& x, const Symbol& kernel, const Shape& output_shape,
                        const ConvolutionOptions& options) {
  return transposed("conv2d_transpose", x, kernel, output_shape, options, 2);
}
Symbol conv3d_transpose(const Symbol& x, const Symbol& kernel, const Shape& output_shape,
                        const ConvolutionOptions& options) {
  return transposed("conv3d_transpose", x, kernel, output_shape, options, 3);
}

Symbol depthwise_conv2d(const Symbol& x, const Symbol& depthwise_kernel, const ConvolutionOptions& options) {
  return depthwise_convolution(of_rank("depthwise_conv2d", x, 2), depthwise_kernel, options);
}
Symbol separable_conv1d(const Symbol& x, const Symbol& depthwise_kernel, const Symbol& pointwise_kernel,
                        const ConvolutionOptions& options) {
  return separable(of_rank("separable_conv1d", x, 1), depthwise_kernel, pointwise_kernel, options);
}
Symbol separable_conv2d(const Symbol& x, const Symbol& depthwise_kernel, const Symbol& pointwise_kernel,
                        const ConvolutionOptions& options) {
  return separable(of_rank("separable_conv2d", x, 2), depthwise_kernel, pointwise_kernel, options);
}

Symbol local_conv1d(const Symbol& x, const Symbol& kernel, const Shape& kernel_size, const Shape& strides) {
  return local_convolution(of_rank("local_conv1d", x, 1), kernel, kernel_size, strides);
}
Symbol local_conv2d(const Symbol& x, const Symbol& kernel, const Shape& kernel_size, const Shape& strides,
                    bool channels_first) {
  return local_convolution(of_rank("local_conv2d", x, 2), kernel, kernel_size, strides, channels_first);
}

Symbol pool2d(const Symbol& x, const Shape& pool_size, const PoolingOptions& options) {
  return pooling(of_rank("pool2d", x, 2), pool_size, options);
}
Symbol pool3d(const Symbol& x, const Shape& pool_size, const PoolingOptions& options) {
  return pooling(of_rank("pool3d", x, 3), pool_size, options);
}

Symbol temporal_padding(const Symbol& x, const Ends& padding) {
  return padded("temporal_padding", x, padding, false, 1);
}
Symbol spatial_2d_padding(const Symbol& x, const Ends& padding, bool channels_first) {
  return padded("spatial_2d_padding", x, padding, channels_first, 2);
}
Symbol spatial_3d_padding(const Symbol& x, const Ends& padding, bool channels_first) {
  return padded("spatial_3d_padding", x, padding, channels_first, 3);
}

Symbol resize_images(const Symbol& x, Dim height_factor, Dim width_factor, bool channels_first,
                     Interpolation interpolation) {
  return upsample(of_rank("resize_images", x, 2), {height_factor, width_factor}, channels_first,
                  interpolation);
}

}  // namespace lacuna::backend

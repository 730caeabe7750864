// Convolution, pooling, padding and resizing of Keras' backend.
#include "lacuna/backend/convolution.h"

#include "python/bind/argument.h"

namespace lacuna::bind {
namespace {

ConvolutionOptions options_of(const char* where, const Dims& strides, const std::string& padding,
                              bool channels_first, const Dims& dilation, bool causal = false) {
  return {strides.shape, dilation.shape, padding_from_name(where, padding, causal), channels_first};
}

Symbol conv(const std::string& where, const Symbol& x, const Symbol& kernel, const Dims& strides,
            const std::string& padding, bool channels_first, const Dims& dilation) {
  const auto options =
      options_of(where.c_str(), strides, padding, channels_first, dilation, where == "conv1d");
  if (where == "conv1d") return backend::conv1d(x, kernel, options);
  if (where == "conv2d") return backend::conv2d(x, kernel, options);
  if (where == "conv3d") return backend::conv3d(x, kernel, options);
  return backend::depthwise_conv2d(x, kernel, options);
}

template <size_t kSpatial>
Symbol transposed(const Symbol& x, const Symbol& kernel, const Dims& output_shape, const Dims& strides,
                  const std::string& padding, bool channels_first, const Dims& dilation) {
  if constexpr (kSpatial == 2)
    return backend::conv2d_transpose(
        x, kernel, output_shape.shape,
        options_of("conv2d_transpose", strides, padding, channels_first, dilation));
  else
    return backend::conv3d_transpose(
        x, kernel, output_shape.shape,
        options_of("conv3d_transpose", strides, padding, channels_first, dilation));
}

template <size_t kSpatial>
Symbol separable(const Symbol& x, const Symbol& depthwise, const Symbol& pointwise, const Dims& strides,
                 const std::string& padding, bool channels_first, const Dims& dilation) {
  if constexpr (kSpatial == 1)
    return backend::separable_conv1d(
        x, depthwise, pointwise, options_of("separable_conv1d", strides, padding, channels_first, dilation));
  else
    return backend::separable_conv2d(
        x, depthwise, pointwise, options_of("separable_conv2d", strides, padding, channels_first, dilation));
}

template <size_t kSpatial>
Symbol pool(const Symbol& x, const Dims& pool_size, const Dims& strides, const std::string& padding,
            bool channels_first, const std::string& pool_mode) {
  const char* where = kSpatial == 2 ? "pool2d" : "pool3d";
  LACUNA_REQUIRE(pool_mode == "max" || pool_mode == "avg", where,
                 ": pool_mode must be 'max' or 'avg'. Received: pool_mode='", pool_mode, "'.");
  const PoolingOptions options{strides.shape, padding_from_name(where, padding), channels_first,
                               pool_mode == "max" ? Pool::max : Pool::average};
  return kSpatial == 2 ? backend::pool2d(x, pool_size.shape, options)
                       : backend::pool3d(x, pool_size.shape, options);
}

// padding: a list of pairs, one for each spatial axis.
Symbol padded(const Symbol& x, const std::vector<Dims>& padding, bool channels_first) {
  backend::Ends ends;
  for (const Dims& pair : padding) {
    LACUNA_REQUIRE(pair.shape.size() == 2,
                   "padding: there must be two numbers for each axis. Received: ", to_string(pair.shape),
                   ".");
    ends.emplace_back(pair.shape[0], pair.shape[1]);
  }
  if (ends.size() == 1) return backend::temporal_padding(x, ends);
  return ends.size() == 2 ? backend::spatial_2d_padding(x, ends, channels_first)
                          : backend::spatial_3d_padding(x, ends, channels_first);
}

Symbol resize_images(const Symbol& x, Dim height_factor, Dim width_factor, bool channels_first,
                     const std::string& interpolation) {
  LACUNA_REQUIRE(interpolation == "nearest" || interpolation == "bilinear",
                 "resize_images: interpolation must be 'nearest' or 'bilinear'. Received: interpolation='",
                 interpolation, "'.");
  return backend::resize_images(
      x, height_factor, width_factor, channels_first,
      interpolation == "nearest" ? Interpolation::nearest : Interpolation::bilinear);
}

}  // namespace

void bind_convolution(nb::module_& m) {
  def(m, {"conv", "convolution"}, conv, "where"_a, "x"_a, "kernel"_a, "strides"_a, "padding"_a,
      "channels_first"_a, "dilation_rate"_a);
  def(m, "conv2d_transpose", transposed<2>, "x"_a, "kernel"_a, "output_shape"_a, "strides"_a, "padding"_a,
      "channels_first"_a, "dilation_rate"_a);
  def(m, "conv3d_transpose", transposed<3>, "x"_a, "kernel"_a, "output_shape"_a, "strides"_a, "padding"_a,
      "channels_first"_a, "dilation_rate"_a);
  def(m, "separable_conv1d", separable<1>, "x"_a, "depthwise_kernel"_a, "pointwise_kernel"_a, "strides"_a,
      "padding"_a, "channels_first"_a, "dilation_rate"_a);
  def(m, "separable_conv2d", separable<2>, "x"_a, "depthwise_kernel"_a, "pointwise_kernel"_a, "strides"_a,
      "padding"_a, "channels_first"_a, "dilation_rate"_a);
  def(
      m, "local_conv1d",
      [](const Symbol& inputs, const Symbol& kernel, const Dims& kernel_size, const Dims& strides) {
        return backend::local_conv1d(inputs, kernel, kernel_size.shape, strides.shape);
      },
      "inputs"_a, "kernel"_a, "kernel_size"_a, "strides"_a);
  def(
      m, "local_conv2d",
      [](const Symbol& inputs, const Symbol& kernel, const Dims& kernel_size, const Dims& strides,
         bool channels_first) {
        return backend::local_conv2d(inputs, kernel, kernel_size.shape, strides.shape, channels_first);
      },
      "inputs"_a, "kernel"_a, "kernel_size"_a, "strides"_a, "channels_first"_a);
  def(m, "pool2d", pool<2>, "x"_a, "pool_size"_a, "strides"_a, "padding"_a, "channels_first"_a,
      "pool_mode"_a);
  def(m, "pool3d", pool<3>, "x"_a, "pool_size"_a, "strides"_a, "padding"_a, "channels_first"_a,
      "pool_mode"_a);
  def(m, "spatial_padding", padded, "x"_a, "padding"_a, "channels_first"_a);
  def(m, "resize_images", resize_images, "x"_a, "height_factor"_a, "width_factor"_a, "channels_first"_a,
      "interpolation"_a);
}

}  // namespace lacuna::bind

// Convolution over one, two or three axes, and its transpose.
#include "lacuna/layers/convolution.h"

#include "lacuna/layers/window_settings.h"
#include "lacuna/ops/convolution/channels.h"
#include "lacuna/ops/convolution/convolution.h"
#include "lacuna/ops/elementwise/bias_add.h"
#include "lacuna/tensor/checked_sizes.h"

namespace lacuna::layers {
namespace {

void convolution_weights(Settings& s, ConvolutionOptions& o) {
  s("activation", o.activation)("use_bias", o.use_bias);
  s("kernel_initializer", o.kernel_initializer)("bias_initializer", o.bias_initializer);
  s("kernel_regularizer", o.kernel_regularizer)("bias_regularizer", o.bias_regularizer);
  s("activity_regularizer", o.activity_regularizer);
  s("kernel_constraint", o.kernel_constraint)("bias_constraint", o.bias_constraint);
}
void convolution_list(Settings& s, Dim& filters, Shape& kernel_size, ConvolutionOptions& o) {
  s("filters", filters)("kernel_size", kernel_size)("strides", o.strides)("padding", o.padding);
  data_format_setting(s, o.data_format);
  s("dilation_rate", o.dilation_rate);
  convolution_weights(s, o);
}
void transpose_list(Settings& s, Dim& filters, Shape& kernel_size, ConvolutionOptions& o) {
  convolution_list(s, filters, kernel_size, o);
  s.shape("output_padding", o.output_padding);
}
void transpose_3d_list(Settings& s, Dim& filters, Shape& kernel_size, ConvolutionOptions& o) {
  s("filters", filters)("kernel_size", kernel_size)("strides", o.strides)("padding", o.padding);
  s.shape("output_padding", o.output_padding);
  data_format_setting(s, o.data_format);
  convolution_weights(s, o);
}
const bool convolution_registered =
    known<Conv1D>("Conv1D", convolution_list) && known<Conv2D>("Conv2D", convolution_list) &&
    known<Conv3D>("Conv3D", convolution_list) && known<Conv2DTranspose>("Conv2DTranspose", transpose_list) &&
    known<Conv3DTranspose>("Conv3DTranspose", transpose_3d_list);

}  // namespace

Convolution::Convolution(const char* class_name, Dim filters, Shape kernel_size, size_t spatial,
                         ConvolutionOptions options)
    : Layer(common(options), class_name), filters_(filters), size_(std::move(kernel_size)) {
  LACUNA_REQUIRE(filters > 0, class_name, ": filters must be positive. Received: filters=", filters, ".");
  LACUNA_REQUIRE(!size_.empty(), class_name, ": kernel_size must be given. Received: none.");
  spread_over_axes(class_name, "kernel_size", size_, spatial);
  spread_over_axes(class_name, "strides", options.strides, spatial);
  spread_over_axes(class_name, "dilation_rate", options.dilation_rate, spatial);
  padding_from_name(class_name, options.padding, spatial == 1);
  is_channels_first(class_name, options.data_format);
  options_ = std::make_shared<const ConvolutionOptions>(std::move(options));
}

void Convolution::build(const std::vector<Shape>& input_shapes) {
  const Shape& x = input_shapes[0];
  require_rank(name(), x, spatial());
  const Dim channels = is_channels_first(name(), options_->data_format) ? x[1] : x.back();
  LACUNA_REQUIRE(channels != None, name(),
                 ": the number of channels must be known. Received: shape=", to_string(x), ", data_format='",
                 options_->data_format, "'.");
  Shape kernel = size_;
  kernel.push_back(is_transposed_ ? filters_ : channels);
  kernel.push_back(is_transposed_ ? channels : filters_);
  add_weight("kernel", kernel, options_->kernel_initializer, options_->kernel_regularizer,
             options_->kernel_constraint);
  if (options_->use_bias)
    add_weight("bias", {filters_}, options_->bias_initializer, options_->bias_regularizer,
               options_->bias_constraint);
}

Symbol Convolution::convolved(const Symbol& x, const Symbol& kernel) const {
  return convolution(x, kernel,
                     {.strides = options_->strides,
                      .dilation = options_->dilation_rate,
                      .padding = padding_from_name(name(), options_->padding, true)});
}

Symbol Convolution::call(const Symbol& x) {
  require_spatial(name(), x.spec(), spatial());
  const bool first = is_channels_first(name(), options_->data_format);
  const Symbol y = with_channels_last(x, first, [&](const Symbol& turned) {
    const Symbol sums = convolved(turned, read(state()->weights[0].variable));
    return options_->use_bias ? bias_add(sums, read(state()->weights[1].variable)) : sums;
  });
  return options_->activation ? (*options_->activation)(y) : y;
}

Symbol Convolution::activity_loss(const Symbol& output) {
  return options_->activity_regularizer ? options_->activity_regularizer->loss(output) : Symbol();
}

ConvolutionTranspose::ConvolutionTranspose(const char* class_name, Dim filters, Shape kernel_size,
                                           size_t spatial, ConvolutionOptions options)
    : Convolution(class_name, filters, std::move(kernel_size), spatial, std::move(options)) {
  is_transposed_ = true;
}

Symbol ConvolutionTranspose::convolved(const Symbol& y, const Symbol& kernel) const {
  const Padding padding = padding_from_name(name(), options_->padding);
  Shape more;
  for (size_t i = 0; i < spatial(); ++i) {
    const Dim stride = options_->strides[i],
              span = checked_product(name(), size_[i] - 1, options_->dilation_rate[i]) + 1;
    if (!options_->output_padding.empty())
      more.push_back(span - stride + options_->output_padding[i] -
                     (padding == Padding::same ? span / 2 * 2 : 0));
    else more.push_back(padding == Padding::same ? 0 : std::max<Dim>(span - stride, 0));
  }
  return convolution_transpose(
      y, kernel, more,
      {.strides = options_->strides, .dilation = options_->dilation_rate, .padding = padding});
}

namespace {

// Checks output_padding: below the strides.
ConvolutionOptions with_output_padding(const char* class_name, ConvolutionOptions o, size_t spatial) {
  if (o.output_padding.empty()) return o;
  if (o.output_padding.size() == 1) o.output_padding.assign(spatial, o.output_padding[0]);
  spread_over_axes(class_name, "strides", o.strides, spatial);
  bool fits = o.output_padding.size() == spatial;
  for (size_t i = 0; fits && i < spatial; ++i)
    fits = o.output_padding[i] >= 0 && o.output_padding[i] < o.strides[i];
  LACUNA_REQUIRE(
      fits, class_name,
      ": output_padding must be None, or a whole number for each spatial axis, at least 0 and less "
      "than its stride. Received: output_padding=",
      to_string(o.output_padding), ", strides=", to_string(o.strides), ".");
  return o;
}

// Checks that there is no output_padding.
ConvolutionOptions without_output_padding(const char* class_name, ConvolutionOptions o) {
  LACUNA_REQUIRE(o.output_padding.empty(), class_name,
                 ": output_padding is of the transposed layers alone. Received: output_padding=",
                 to_string(o.output_padding), ".");
  return o;
}

}  // namespace

Conv1D::Conv1D(Dim filters, Shape kernel_size, ConvolutionOptions options)
    : Convolution("Conv1D", filters, std::move(kernel_size), 1,
                  without_output_padding("Conv1D", std::move(options))) {
  describe(convolution_list, filters_, size_, *options_);
}
Conv2D::Conv2D(Dim filters, Shape kernel_size, ConvolutionOptions options)
    : Convolution("Conv2D", filters, std::move(kernel_size), 2,
                  without_output_padding("Conv2D", std::move(options))) {
  describe(convolution_list, filters_, size_, *options_);
}
Conv3D::Conv3D(Dim filters, Shape kernel_size, ConvolutionOptions options)
    : Convolution("Conv3D", filters, std::move(kernel_size), 3,
                  without_output_padding("Conv3D", std::move(options))) {
  describe(convolution_list, filters_, size_, *options_);
}
Conv2DTranspose::Conv2DTranspose(Dim filters, Shape kernel_size, ConvolutionOptions options)
    : ConvolutionTranspose("Conv2DTranspose", filters, std::move(kernel_size), 2,
                           with_output_padding("Conv2DTranspose", std::move(options), 2)) {
  describe(transpose_list, filters_, size_, *options_);
}
Conv3DTranspose::Conv3DTranspose(Dim filters, Shape kernel_size, ConvolutionOptions options)
    : ConvolutionTranspose("Conv3DTranspose", filters, std::move(kernel_size), 3,
                           with_output_padding("Conv3DTranspose", std::move(options), 3)) {
  describe(transpose_3d_list, filters_, size_, *options_);
}

}  // namespace lacuna::layers

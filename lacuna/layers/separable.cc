// Convolution of each channel on its own, alone or before a convolution across channels.
#include "lacuna/layers/separable.h"

#include "lacuna/layers/window_settings.h"
#include "lacuna/ops/convolution/channels.h"
#include "lacuna/ops/convolution/convolution.h"
#include "lacuna/ops/elementwise/bias_add.h"
#include "lacuna/tensor/checked_sizes.h"

namespace lacuna::layers {
namespace {

void depthwise_list(Settings& s, Shape& kernel_size, SeparableOptions& o) {
  s("kernel_size", kernel_size)("strides", o.strides)("padding", o.padding);
  data_format_setting(s, o.data_format);
  s("dilation_rate", o.dilation_rate)("depth_multiplier", o.depth_multiplier);
  s("activation", o.activation)("use_bias", o.use_bias);
  s("depthwise_initializer", o.depthwise_initializer)("bias_initializer", o.bias_initializer);
  s("depthwise_regularizer", o.depthwise_regularizer)("bias_regularizer", o.bias_regularizer);
  s("activity_regularizer", o.activity_regularizer);
  s("depthwise_constraint", o.depthwise_constraint)("bias_constraint", o.bias_constraint);
}
void separable_list(Settings& s, Dim& filters, Shape& kernel_size, SeparableOptions& o) {
  s("filters", filters);
  depthwise_list(s, kernel_size, o);
  s("pointwise_initializer", o.pointwise_initializer)("pointwise_regularizer", o.pointwise_regularizer);
  s("pointwise_constraint", o.pointwise_constraint);
}
const bool separable_registered = known<SeparableConv1D>("SeparableConv1D", separable_list) &&
                                  known<SeparableConv2D>("SeparableConv2D", separable_list) &&
                                  known<DepthwiseConv2D>("DepthwiseConv2D", depthwise_list);

void require_filters(const char* class_name, Dim filters) {
  LACUNA_REQUIRE(filters > 0, class_name, ": filters must be positive. Received: filters=", filters, ".");
}

}  // namespace

Separable::Separable(const char* class_name, Dim filters, Shape kernel_size, size_t spatial,
                     SeparableOptions options)
    : Layer(common(options), class_name), filters_(filters), size_(std::move(kernel_size)) {
  LACUNA_REQUIRE(!size_.empty(), class_name, ": kernel_size must be given. Received: none.");
  LACUNA_REQUIRE(options.depth_multiplier > 0, class_name,
                 ": depth_multiplier must be positive. Received: depth_multiplier=", options.depth_multiplier,
                 ".");
  spread_over_axes(class_name, "kernel_size", size_, spatial);
  spread_over_axes(class_name, "strides", options.strides, spatial);
  spread_over_axes(class_name, "dilation_rate", options.dilation_rate, spatial);
  padding_from_name(class_name, options.padding, spatial == 1);
  is_channels_first(class_name, options.data_format);
  options_ = std::make_shared<const SeparableOptions>(std::move(options));
}

void Separable::build(const std::vector<Shape>& input_shapes) {
  const Shape& x = input_shapes[0];
  const SeparableOptions& o = *options_;
  require_rank(name(), x, size_.size());
  const Dim channels = is_channels_first(name(), o.data_format) ? x[1] : x.back();
  LACUNA_REQUIRE(channels != None, name(),
                 ": the number of channels must be known. Received: shape=", to_string(x), ", data_format='",
                 o.data_format, "'.");
  const Dim between = checked_product(name(), channels, o.depth_multiplier);
  Shape depthwise = size_, pointwise(size_.size(), 1);
  depthwise.insert(depthwise.end(), {channels, o.depth_multiplier});
  pointwise.insert(pointwise.end(), {between, filters_});
  add_weight("depthwise_kernel", depthwise, o.depthwise_initializer, o.depthwise_regularizer,
             o.depthwise_constraint);
  if (filters_)
    add_weight("pointwise_kernel", pointwise, o.pointwise_initializer, o.pointwise_regularizer,
               o.pointwise_constraint);
  if (o.use_bias)
    add_weight("bias", {filters_ ? filters_ : between}, o.bias_initializer, o.bias_regularizer,
               o.bias_constraint);
}

Symbol Separable::call(const Symbol& x) {
  require_spatial(name(), x.spec(), size_.size());
  const SeparableOptions& o = *options_;
  const auto weight = [&](size_t i) { return read(state()->weights[i].variable); };
  const Symbol y = with_channels_last(x, is_channels_first(name(), o.data_format), [&](const Symbol& turned) {
    Symbol sums = depthwise_convolution(turned, weight(0),
                                        {.strides = o.strides,
                                         .dilation = o.dilation_rate,
                                         .padding = padding_from_name(name(), o.padding, true)});
    if (filters_) sums = convolution(sums, weight(1));
    return o.use_bias ? bias_add(sums, weight(filters_ ? 2 : 1)) : sums;
  });
  return o.activation ? (*o.activation)(y) : y;
}

Symbol Separable::activity_loss(const Symbol& output) {
  return options_->activity_regularizer ? options_->activity_regularizer->loss(output) : Symbol();
}

SeparableConv1D::SeparableConv1D(Dim filters, Shape kernel_size, SeparableOptions options)
    : Separable("SeparableConv1D", filters, std::move(kernel_size), 1, std::move(options)) {
  require_filters("SeparableConv1D", filters);
  describe(separable_list, filters_, size_, *options_);
}
SeparableConv2D::SeparableConv2D(Dim filters, Shape kernel_size, SeparableOptions options)
    : Separable("SeparableConv2D", filters, std::move(kernel_size), 2, std::move(options)) {
  require_filters("SeparableConv2D", filters);
  describe(separable_list, filters_, size_, *options_);
}
DepthwiseConv2D::DepthwiseConv2D(Shape kernel_size, SeparableOptions options)
    : Separable("DepthwiseConv2D", 0, std::move(kernel_size), 2, std::move(options)) {
  describe(depthwise_list, size_, *options_);
}

}  // namespace lacuna::layers

// Convolution with a kernel of its own for each place.
#include "lacuna/layers/locally_connected.h"

#include "lacuna/layers/window_settings.h"
#include "lacuna/ops/convolution/channels.h"
#include "lacuna/ops/convolution/local.h"
#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/tensor/checked_sizes.h"

namespace lacuna::layers {
namespace {

void locally_list(Settings& s, Dim& filters, Shape& kernel_size, ConvolutionOptions& o) {
  s("filters", filters)("kernel_size", kernel_size)("strides", o.strides)("padding", o.padding);
  data_format_setting(s, o.data_format);
  s("activation", o.activation)("use_bias", o.use_bias);
  s("kernel_initializer", o.kernel_initializer)("bias_initializer", o.bias_initializer);
  s("kernel_regularizer", o.kernel_regularizer)("bias_regularizer", o.bias_regularizer);
  s("activity_regularizer", o.activity_regularizer);
  s("kernel_constraint", o.kernel_constraint)("bias_constraint", o.bias_constraint);
}
const bool locally_registered = known<LocallyConnected1D>("LocallyConnected1D", locally_list) &&
                                known<LocallyConnected2D>("LocallyConnected2D", locally_list);

}  // namespace

LocallyConnected::LocallyConnected(const char* class_name, Dim filters, Shape kernel_size, size_t spatial,
                                   ConvolutionOptions options)
    : Layer(common(options), class_name), filters_(filters), size_(std::move(kernel_size)) {
  LACUNA_REQUIRE(filters > 0, class_name, ": filters must be positive. Received: filters=", filters, ".");
  LACUNA_REQUIRE(!size_.empty(), class_name, ": kernel_size must be given. Received: none.");
  spread_over_axes(class_name, "kernel_size", size_, spatial);
  spread_over_axes(class_name, "strides", options.strides, spatial);
  LACUNA_REQUIRE(
      options.padding == "valid" && options.dilation_rate.empty() && options.output_padding.empty(),
      class_name, ": padding must be 'valid', without dilation and output_padding. Received: padding='",
      options.padding, "', dilation_rate=", to_string(options.dilation_rate),
      ", output_padding=", to_string(options.output_padding), ".");
  const bool first = is_channels_first(class_name, options.data_format);
  LACUNA_REQUIRE(!first || spatial == 2, class_name,
                 ": data_format must be 'channels_last', as in Keras. Received: data_format='",
                 options.data_format, "'.");
  options_ = std::make_shared<const ConvolutionOptions>(std::move(options));
  describe(locally_list, filters_, size_, *options_);
}

void LocallyConnected::build(const std::vector<Shape>& input_shapes) {
  const Shape& x = input_shapes[0];
  require_rank(name(), x, size_.size());
  const size_t first = is_channels_first(name(), options_->data_format) ? 2 : 1;
  Shape bias;
  Dim places = 1;
  const Dim channels = first == 2 ? x[1] : x.back();
  for (size_t i = 0; i < size_.size(); ++i) {
    LACUNA_REQUIRE(channels != None && x[first + i] >= size_[i], name(),
                   ": the sizes and channels of the input must be known, and each size at least that of the "
                   "window. Received: shape=",
                   to_string(x), ", kernel_size=", to_string(size_), ".");
    bias.push_back((x[first + i] - size_[i]) / options_->strides[i] + 1);
    places = checked_product(name(), places, bias.back());
  }
  bias.push_back(filters_);
  add_weight("kernel", {places, checked_product(name(), size_of(size_), channels), filters_},
             options_->kernel_initializer, options_->kernel_regularizer, options_->kernel_constraint);
  if (options_->use_bias)
    add_weight("bias", bias, options_->bias_initializer, options_->bias_regularizer,
               options_->bias_constraint);
}

Symbol LocallyConnected::call(const Symbol& x) {
  require_spatial(name(), x.spec(), size_.size());
  const bool first = is_channels_first(name(), options_->data_format);
  Symbol y = local_convolution(x, read(state()->weights[0].variable), size_, options_->strides, first);
  if (options_->use_bias)
    y = with_channels_last(
        y, first, [&](const Symbol& turned) { return add(turned, read(state()->weights[1].variable)); });
  return options_->activation ? (*options_->activation)(y) : y;
}

Symbol LocallyConnected::activity_loss(const Symbol& output) {
  return options_->activity_regularizer ? options_->activity_regularizer->loss(output) : Symbol();
}

LocallyConnected1D::LocallyConnected1D(Dim filters, Shape kernel_size, ConvolutionOptions options)
    : LocallyConnected("LocallyConnected1D", filters, std::move(kernel_size), 1, std::move(options)) {}
LocallyConnected2D::LocallyConnected2D(Dim filters, Shape kernel_size, ConvolutionOptions options)
    : LocallyConnected("LocallyConnected2D", filters, std::move(kernel_size), 2, std::move(options)) {}

}  // namespace lacuna::layers

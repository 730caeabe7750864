// Layers that pool over windows, and over all steps or places.
#include "lacuna/layers/pooling.h"

#include "lacuna/layers/window_settings.h"
#include "lacuna/ops/convolution/pooling.h"
#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/elementwise/compare.h"
#include "lacuna/ops/reductions/reduce.h"
#include "lacuna/ops/shape/reshape.h"

namespace lacuna::layers {
namespace {

void pooling_list(Settings& s, Shape& pool_size, PoolingOptions& o) {
  s("pool_size", pool_size).shape("strides", o.strides)("padding", o.padding);
  data_format_setting(s, o.data_format);
}
void global_list(Settings& s, GlobalPoolingOptions& o) { data_format_setting(s, o.data_format); }

const bool pooling_registered = known<MaxPooling1D>("MaxPooling1D", pooling_list) &&
                                known<MaxPooling2D>("MaxPooling2D", pooling_list) &&
                                known<MaxPooling3D>("MaxPooling3D", pooling_list) &&
                                known<AveragePooling1D>("AveragePooling1D", pooling_list) &&
                                known<AveragePooling2D>("AveragePooling2D", pooling_list) &&
                                known<AveragePooling3D>("AveragePooling3D", pooling_list) &&
                                known<GlobalAveragePooling1D>("GlobalAveragePooling1D", global_list) &&
                                known<GlobalAveragePooling2D>("GlobalAveragePooling2D", global_list) &&
                                known<GlobalAveragePooling3D>("GlobalAveragePooling3D", global_list) &&
                                known<GlobalMaxPooling1D>("GlobalMaxPooling1D", global_list) &&
                                known<GlobalMaxPooling2D>("GlobalMaxPooling2D", global_list) &&
                                known<GlobalMaxPooling3D>("GlobalMaxPooling3D", global_list);

}  // namespace

Pooling::Pooling(const char* class_name, bool largest, Shape pool_size, size_t spatial,
                 PoolingOptions options)
    : Layer(common(options), class_name),
      largest_(largest),
      size_(std::move(pool_size)),
      options_(std::move(options)) {
  spread_over_axes(class_name, "pool_size", size_, spatial, 2);
  if (options_.strides.empty()) options_.strides = size_;
  spread_over_axes(class_name, "strides", options_.strides, spatial);
  padding_from_name(class_name, options_.padding);
  is_channels_first(class_name, options_.data_format);
  describe(pooling_list, size_, options_);
}

Symbol Pooling::call(const Symbol& x) {
  require_spatial(name(), x.spec(), size_.size());
  return pooling(x, size_,
                 {.strides = options_.strides,
                  .padding = padding_from_name(name(), options_.padding),
                  .channels_first = is_channels_first(name(), options_.data_format),
                  .mode = largest_ ? Pool::max : Pool::average});
}

MaxPooling1D::MaxPooling1D(Shape pool_size, PoolingOptions options)
    : Pooling("MaxPooling1D", true, std::move(pool_size), 1, std::move(options)) {}
MaxPooling2D::MaxPooling2D(Shape pool_size, PoolingOptions options)
    : Pooling("MaxPooling2D", true, std::move(pool_size), 2, std::move(options)) {}
MaxPooling3D::MaxPooling3D(Shape pool_size, PoolingOptions options)
    : Pooling("MaxPooling3D", true, std::move(pool_size), 3, std::move(options)) {}
AveragePooling1D::AveragePooling1D(Shape pool_size, PoolingOptions options)
    : Pooling("AveragePooling1D", false, std::move(pool_size), 1, std::move(options)) {}
AveragePooling2D::AveragePooling2D(Shape pool_size, PoolingOptions options)
    : Pooling("AveragePooling2D", false, std::move(pool_size), 2, std::move(options)) {}
AveragePooling3D::AveragePooling3D(Shape pool_size, PoolingOptions options)
    : Pooling("AveragePooling3D", false, std::move(pool_size), 3, std::move(options)) {}

GlobalPooling::GlobalPooling(const char* class_name, size_t spatial, const GlobalPoolingOptions& options)
    : Layer(common(options), class_name) {
  const int first = is_channels_first(class_name, options.data_format) ? 2 : 1;
  for (size_t i = 0; i < spatial; ++i) axes_.push_back(first + static_cast<int>(i));
  describe(global_list, options);
}
void GlobalPooling::require(const Symbol& x) const { require_spatial(name(), x.spec(), axes_.size()); }

Symbol GlobalAveragePooling::call(const Symbol& x) {
  require(x);
  return mean(x, axes());
}
Symbol GlobalMaxPooling::call(const Symbol& x) {
  require(x);
  return max(x, axes());
}

GlobalAveragePooling1D::GlobalAveragePooling1D(const GlobalPoolingOptions& options)
    : GlobalAveragePooling("GlobalAveragePooling1D", 1, options) {
  supports_masking();
}

Symbol GlobalAveragePooling1D::call(const Symbol& x, const Symbol& mask) {
  require(x);
  LACUNA_REQUIRE(mask.rank() == 2, name(),
                 ": the mask must have rank 2: batch and steps. Received: mask=", mask.spec(), ".");
  const Symbol counted = multiply(x, expand_dims(mask, 3 - axes()[0]));
  const Symbol steps = sum(mask, {1}, true), zero = constant(0, dtype());
  return divide(sum(counted, axes()), add(steps, equal(steps, zero)));
}

Symbol GlobalAveragePooling1D::compute_mask(const std::vector<Symbol>&, const std::vector<Symbol>&) {
  return {};
}

GlobalAveragePooling2D::GlobalAveragePooling2D(const GlobalPoolingOptions& options)
    : GlobalAveragePooling("GlobalAveragePooling2D", 2, options) {}
GlobalAveragePooling3D::GlobalAveragePooling3D(const GlobalPoolingOptions& options)
    : GlobalAveragePooling("GlobalAveragePooling3D", 3, options) {}
GlobalMaxPooling1D::GlobalMaxPooling1D(const GlobalPoolingOptions& options)
    : GlobalMaxPooling("GlobalMaxPooling1D", 1, options) {}
GlobalMaxPooling2D::GlobalMaxPooling2D(const GlobalPoolingOptions& options)
    : GlobalMaxPooling("GlobalMaxPooling2D", 2, options) {}
GlobalMaxPooling3D::GlobalMaxPooling3D(const GlobalPoolingOptions& options)
    : GlobalMaxPooling("GlobalMaxPooling3D", 3, options) {}

}  // namespace lacuna::layers

// Values less their mean, in units of their standard deviation.
#include "lacuna/layers/features/normalization.h"

#include <algorithm>
#include <cmath>

#include "lacuna/layers/features/moments_state.h"
#include "lacuna/ops/elementwise/operators.h"
#include "lacuna/ops/elementwise/scalar.h"
#include "lacuna/ops/elementwise/scale.h"
#include "lacuna/ops/elementwise/unary.h"
#include "lacuna/ops/shape/reshape.h"
#include "lacuna/tensor/cast_storage.h"

namespace lacuna::layers {
namespace {

constexpr double kLeastDeviation = 1e-7;  // Keras' epsilon: a constant feature is not divided by 0.

void axis_setting(Settings& s, std::vector<int64_t>& axis) {
  if (s.reads()) {
    const Setting* given = s.find("axis");
    if (!given) return;
    if (given->is_none()) axis.clear();
    else s("axis", axis);
    return;
  }
  if (axis.empty()) s.write("axis", Setting());
  else s("axis", axis);
}

// One number, a list, or None.
void numbers_setting(Settings& s, const char* name, std::vector<double>& values) {
  if (!s.reads()) {
    SettingList all(values.begin(), values.end());
    return s.write(name, values.empty() ? Setting() : values.size() == 1 ? all[0] : Setting(std::move(all)));
  }
  const Setting* given = s.find(name);
  if (!given || given->is_none()) return;
  values.clear();
  const auto add = [&](const Setting& one) {
    if (const auto* number = one.as<double>()) values.push_back(*number);
    else if (const auto* whole = one.as<int64_t>()) values.push_back(static_cast<double>(*whole));
    else s.wrong_type(name, "a number, or a list of numbers", *given);
  };
  if (const auto* list = given->as<SettingList>()) std::ranges::for_each(*list, add);
  else add(*given);
}

void normalization_settings(Settings& s, NormalizationOptions& o) {
  axis_setting(s, o.axis);
  numbers_setting(s, "mean", o.mean);
  numbers_setting(s, "variance", o.variance);
  s("invert", o.invert)("center", o.center);
}

void rescaling_settings(Settings& s, std::vector<double>& scale, RescalingOptions& o) {
  numbers_setting(s, "scale", scale);
  numbers_setting(s, "offset", o.offset);
}

const bool normalization_told = known<Normalization>("Normalization", normalization_settings) &&
                                known<Rescaling>("Rescaling", rescaling_settings);

Symbol constant_row(const std::vector<double>& values, DType dtype) {
  tensor::Dense held = tensor::Dense::of<double>({static_cast<Dim>(values.size())}, values);
  return constant(cast(Tensor(std::move(held)), dtype));
}

// x scale + offset, which keeps csr if the offset is 0.
Symbol affine(const Symbol& x, double scale, double offset) {
  const Symbol scaled = lacuna::scale(x, scale);
  return offset == 0 ? scaled : shift(scaled, offset);
}

}  // namespace

Normalization::Normalization(NormalizationOptions options)
    : Feature(common(options), "Normalization"),
      options_(std::make_shared<NormalizationOptions>(std::move(options))) {
  const auto& o = *options_;
  LACUNA_REQUIRE(o.mean.empty() == o.variance.empty(),
                 "Normalization: mean and variance must be given together. Received: mean=", o.mean.size(),
                 " values, variance=", o.variance.size(), ".");
  LACUNA_REQUIRE(std::ranges::none_of(o.variance, [](double v) { return !(v >= 0); }),
                 "Normalization: variance must not be negative. Received: variance[0]=",
                 o.variance.empty() ? 0 : o.variance[0], ".");
  if (o.mean.empty()) state()->feature = std::make_shared<MomentsState>(*state(), o.axis);
  describe(normalization_settings, o);
}

void Normalization::build(const std::vector<Shape>& input_shapes) {
  if (!options_->mean.empty()) return;
  const Shape& x = input_shapes[0];
  Shape moments;
  for (const size_t axis : kept_axes(name(), options_->axis, x.size() == 1 ? 2 : x.size())) {
    moments.push_back(x.size() == 1 ? 1 : x[axis]);
    LACUNA_REQUIRE(moments.back() != None, name(),
                   ": the size of the input along axis must be known. Received: shape=", to_string(x), ".");
  }
  const bool learned = !state()->first_weights.empty();
  LACUNA_REQUIRE(!learned || state()->first_weights[0].shape == moments, name(),
                 ": the input must have the features that adapt saw. Received: features=", to_string(moments),
                 ", adapt saw ", learned ? to_string(state()->first_weights[0].shape) : std::string(), ".");
  add_weight("mean", moments, "zeros", {}, {}, false);
  add_weight("variance", moments, "ones", {}, {}, false);
}

Symbol Normalization::call(const Symbol& x) {
  const auto& o = *options_;
  LACUNA_REQUIRE(x.storage() == Storage::dense || (!o.center && !o.invert), name(),
                 ": a csr input must keep its zeros: write Normalization(center=False), which divides by the "
                 "standard deviation alone, or to_dense(x). Received: input=",
                 x.spec(), ".");
  if (o.mean.size() == 1 && o.variance.size() == 1) {
    const double deviation = std::max(std::sqrt(o.variance[0]), kLeastDeviation), mean = o.mean[0];
    if (o.invert) return affine(x, deviation, o.center ? mean : 0);
    return affine(x, 1 / deviation, o.center ? -mean / deviation : 0);
  }
  const bool given = !o.mean.empty();
  Symbol mean = given ? constant_row(o.mean, dtype()) : read(state()->weights[0].variable);
  Symbol variance = given ? constant_row(o.variance, dtype()) : read(state()->weights[1].variable);
  if (x.rank() > 2 && !o.axis.empty() && mean.rank() > 0) {
    Shape beside(x.rank() - 1, 1);  // The shape in which moments stand beside values.
    size_t next = 0;
    for (const size_t axis : kept_axes(name(), o.axis, x.rank()))
      beside[axis - 1] = mean.shape()[std::min(next++, mean.rank() - 1)];
    mean = reshape_all(mean, beside);
    variance = reshape_all(variance, beside);
  }
  const Symbol deviation = maximum(sqrt(variance), kLeastDeviation);
  if (o.invert) return o.center ? x * deviation + mean : x * deviation;
  return (o.center ? x - mean : x) / deviation;
}

Rescaling::Rescaling(std::vector<double> scale, RescalingOptions options)
    : Feature(common(options), "Rescaling"),
      scale_(std::move(scale)),
      options_(std::make_shared<RescalingOptions>(std::move(options))) {
  LACUNA_REQUIRE(!scale_.empty() && !options_->offset.empty(),
                 "Rescaling: scale and offset must be numbers. Received: none.");
  describe(rescaling_settings, scale_, *options_);
}

Symbol Rescaling::call(const Symbol& x) {
  const auto& offset = options_->offset;
  if (scale_.size() == 1 && offset.size() == 1) return affine(x, scale_[0], offset[0]);
  const Symbol scaled = x * constant_row(scale_, dtype());
  const bool none = std::ranges::all_of(offset, [](double o) { return o == 0; });
  return none ? scaled : scaled + constant_row(offset, dtype());
}

}  // namespace lacuna::layers

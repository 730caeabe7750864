// Layers without weights: activation, dropout, masks, shape.
#include "lacuna/layers/core.h"

#include <algorithm>

#include "lacuna/layers/window_settings.h"
#include "lacuna/ops/convolution/channels.h"
#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/elementwise/compare.h"
#include "lacuna/ops/parts/cast.h"
#include "lacuna/ops/random/dropout.h"
#include "lacuna/ops/reductions/reduce.h"
#include "lacuna/ops/shape/permute_dimensions.h"
#include "lacuna/ops/shape/reshape.h"

namespace lacuna::layers {
namespace {

void activation_list(Settings& s, Arg<activations::Activation>& activation, LayerOptions&) {
  s("activation", activation);
}
void dropout_list(Settings& s, double& rate, DropoutOptions& o) {
  s("rate", rate).shape("noise_shape", o.noise_shape)("seed", o.seed);
}
void reshape_list(Settings& s, Shape& target_shape, LayerOptions&) { s("target_shape", target_shape); }
void flatten_list(Settings& s, FlattenOptions& o) { data_format_setting(s, o.data_format); }

void spatial_1d_list(Settings& s, double& rate, SpatialDropoutOptions&) { s("rate", rate); }
void spatial_list(Settings& s, double& rate, SpatialDropoutOptions& o) {
  s("rate", rate);
  data_format_setting(s, o.data_format);
}
void masking_list(Settings& s, double& mask_value, LayerOptions&) { s("mask_value", mask_value); }
void permute_list(Settings& s, Shape& dims, LayerOptions&) { s("dims", dims); }
void repeat_list(Settings& s, Dim& n, LayerOptions&) { s("n", n); }
void activity_list(Settings& s, double& l1, double& l2, LayerOptions&) { s("l1", l1)("l2", l2); }

const bool core_registered =
    known<Activation>("Activation", activation_list) && known<Dropout>("Dropout", dropout_list) &&
    known<Flatten>("Flatten", flatten_list) && known<Reshape>("Reshape", reshape_list) &&
    known<Masking>("Masking", masking_list) && known<SpatialDropout1D>("SpatialDropout1D", spatial_1d_list) &&
    known<SpatialDropout2D>("SpatialDropout2D", spatial_list) &&
    known<SpatialDropout3D>("SpatialDropout3D", spatial_list) &&
    known<RepeatVector>("RepeatVector", repeat_list) && known<Permute>("Permute", permute_list) &&
    known<ActivityRegularization>("ActivityRegularization", activity_list);

}  // namespace

Activation::Activation(Arg<activations::Activation> activation, const LayerOptions& options)
    : Layer(options, "Activation"), activation_(std::move(activation)) {
  supports_masking();
  LACUNA_REQUIRE(static_cast<bool>(activation_), "Activation: an activation must be given. Received: none.");
  describe(activation_list, activation_, options);
}
Symbol Activation::call(const Symbol& x) { return (*activation_)(x); }

Dropout::Dropout(double rate, const DropoutOptions& options)
    : InTrainingAlone(common(options), "Dropout"), rate_(rate), noise_shape_(options.noise_shape) {
  supports_masking();
  LACUNA_REQUIRE(rate >= 0 && rate < 1, "Dropout: rate must be in [0, 1). Received: rate=", rate, ".");
  state()->key = options.seed ? mix(*options.seed) : next_key();
  describe(dropout_list, rate, options);
}
Symbol Dropout::call(const Symbol& x) {
  return rate_ > 0 ? dropout(x, rate_, state()->key, noise_shape_) : x;
}

SpatialDropout::SpatialDropout(const char* class_name, double rate, size_t spatial,
                               const SpatialDropoutOptions& options)
    : InTrainingAlone(common(options), class_name), rate_(rate), noise_shape_(spatial + 2, 1) {
  supports_masking();
  LACUNA_REQUIRE(rate >= 0 && rate < 1, class_name, ": rate must be in [0, 1). Received: rate=", rate, ".");
  state()->key = next_key();
  noise_shape_.front() = None;
  noise_shape_[is_channels_first(class_name, options.data_format) ? 1 : spatial + 1] = None;
}
Symbol SpatialDropout::call(const Symbol& x) {
  require_spatial(name(), x.spec(), noise_shape_.size() - 2);
  return rate_ > 0 ? dropout(x, rate_, state()->key, noise_shape_) : x;
}

SpatialDropout1D::SpatialDropout1D(double rate, const SpatialDropoutOptions& options)
    : SpatialDropout("SpatialDropout1D", rate, 1, options) {
  describe(spatial_1d_list, rate, options);
}
SpatialDropout2D::SpatialDropout2D(double rate, const SpatialDropoutOptions& options)
    : SpatialDropout("SpatialDropout2D", rate, 2, options) {
  describe(spatial_list, rate, options);
}
SpatialDropout3D::SpatialDropout3D(double rate, const SpatialDropoutOptions& options)
    : SpatialDropout("SpatialDropout3D", rate, 3, options) {
  describe(spatial_list, rate, options);
}

Masking::Masking(double mask_value, const LayerOptions& options)
    : Layer(options, "Masking"), mask_value_(mask_value) {
  supports_masking();
  describe(masking_list, mask_value, options);
}
Symbol Masking::call(const Symbol& x) { return multiply(x, counted(x, true)); }
Symbol Masking::compute_mask(const std::vector<Symbol>& inputs, const std::vector<Symbol>&) {
  return counted(inputs[0], false);
}
Symbol Masking::counted(const Symbol& x, bool keepdims) const {
  LACUNA_REQUIRE(x.rank() >= 2 && x.storage() == Storage::dense, name(),
                 ": the input must be dense, with features as its last axis: to_dense(x). Received: input=",
                 x.spec(), ".");
  return max(not_equal(x, constant(mask_value_, x.dtype())), {-1}, keepdims);
}

Flatten::Flatten(const FlattenOptions& options)
    : Layer(common(options), "Flatten"), channels_first_(is_channels_first("Flatten", options.data_format)) {
  describe(flatten_list, options);
}
Symbol Flatten::call(const Symbol& x) {
  return flatten(channels_first_ && x.rank() > 2 ? channels_last(x) : x);
}

Reshape::Reshape(Shape target_shape, const LayerOptions& options)
    : Layer(options, "Reshape"), target_shape_(std::move(target_shape)) {
  describe(reshape_list, target_shape_, options);
}
Symbol Reshape::call(const Symbol& x) { return reshape(x, target_shape_); }

Permute::Permute(Shape dims, const LayerOptions& options)
    : Layer(options, "Permute"), dims_(std::move(dims)) {
  Shape sorted = dims_;
  std::ranges::sort(sorted);
  for (size_t i = 0; i < sorted.size(); ++i)
    LACUNA_REQUIRE(
        sorted[i] == static_cast<Dim>(i) + 1,
        "Permute: dims must hold each of 1, 2, … once, the dimensions of a row of the batch. Received: dims=",
        to_string(dims_), ".");
  describe(permute_list, dims_, options);
}
Symbol Permute::call(const Symbol& x) {
  LACUNA_REQUIRE(x.rank() == dims_.size() + 1, name(),
                 ": the input must have the batch and as many dimensions as dims. Received: input=", x.spec(),
                 ", dims=", to_string(dims_), ".");
  std::vector<int> pattern{0};
  for (const Dim d : dims_) pattern.push_back(static_cast<int>(d));
  return permute_dimensions(x, pattern);
}

RepeatVector::RepeatVector(Dim n, const LayerOptions& options) : Layer(options, "RepeatVector"), n_(n) {
  LACUNA_REQUIRE(n > 0, "RepeatVector: n must be positive. Received: n=", n, ".");
  describe(repeat_list, n, options);
}
Symbol RepeatVector::call(const Symbol& x) {
  LACUNA_REQUIRE(x.rank() == 2, name(), ": the input must have rank 2. Received: input=", x.spec(), ".");
  const std::vector<double> ones(static_cast<size_t>(n_), 1);
  const Symbol column = constant(tensor::Dense::of<double>({n_, 1}, ones));
  return multiply(expand_dims(x, 1), column.dtype() == x.dtype() ? column : cast(column, x.dtype()));
}

ActivityRegularization::ActivityRegularization(double l1, double l2, const LayerOptions& options)
    : Layer(options, "ActivityRegularization"), l1_(l1), l2_(l2) {
  supports_masking();
  describe(activity_list, l1, l2, options);
}
Symbol ActivityRegularization::call(const Symbol& x) { return x; }
Symbol ActivityRegularization::activity_loss(const Symbol& output) {
  return regularizers::l1_l2(l1_, l2_).make()->loss(output);
}

Lambda::Lambda(Function function, const LayerOptions& options)
    : Layer(options, "Lambda"), function_(std::move(function)) {
  LACUNA_REQUIRE(static_cast<bool>(function_), "Lambda: a function must be given. Received: an empty one.");
}
Lambda::Lambda(FunctionOfSeveral function, const LayerOptions& options)
    : Layer(options, "Lambda"), of_several_(std::move(function)) {
  LACUNA_REQUIRE(static_cast<bool>(of_several_), "Lambda: a function must be given. Received: an empty one.");
}
Symbol Lambda::call(const Symbol& x) { return function_ ? function_(x) : of_several_(std::vector{x}); }
Symbol Lambda::call(const std::vector<Symbol>& inputs) {
  return of_several_ ? of_several_(inputs) : Layer::call(inputs);
}

}  // namespace lacuna::layers

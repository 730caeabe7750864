// BatchNormalization: gives features mean 0 and variance 1 over the batch.
#include "lacuna/layers/normalization.h"

#include "lacuna/ops/elementwise/operators.h"
#include "lacuna/ops/elementwise/unary.h"
#include "lacuna/ops/reductions/batch_moments.h"
#include "lacuna/ops/shape/reshape.h"

namespace lacuna::layers {
namespace {

void normalization_list(Settings& s, BatchNormalizationOptions& o) {
  s("axis", o.axis)("momentum", o.momentum)("epsilon", o.epsilon)("center", o.center)("scale", o.scale);
  s("beta_initializer", o.beta_initializer)("gamma_initializer", o.gamma_initializer);
  s("moving_mean_initializer", o.moving_mean_initializer);
  s("moving_variance_initializer", o.moving_variance_initializer);
  s("beta_regularizer", o.beta_regularizer)("gamma_regularizer", o.gamma_regularizer);
  s("beta_constraint", o.beta_constraint)("gamma_constraint", o.gamma_constraint);
  s("subtract_mean", o.subtract_mean)("frozen_uses_averages", o.frozen_uses_averages);
  s("unbiased_variance", o.unbiased_variance);
}
const bool normalization_registered = known<BatchNormalization>("BatchNormalization", normalization_list);

}  // namespace

BatchNormalization::BatchNormalization(BatchNormalizationOptions options)
    : Layer(common(options), "BatchNormalization"),
      options_(std::make_shared<BatchNormalizationOptions>(std::move(options))) {
  const auto& o = *options_;
  LACUNA_REQUIRE(o.momentum >= 0 && o.momentum <= 1,
                 "BatchNormalization: momentum must be in [0, 1]. Received: momentum=", o.momentum, ".");
  LACUNA_REQUIRE(o.epsilon > 0, "BatchNormalization: epsilon must be positive. Received: epsilon=", o.epsilon,
                 ".");
  supports_masking();
  describe(normalization_list, o);
}

int BatchNormalization::axis_of(size_t rank) const {
  const int n = static_cast<int>(rank), axis = options_->axis < 0 ? options_->axis + n : options_->axis;
  LACUNA_REQUIRE(axis > 0 && axis < n, name(),
                 ": axis must be one of the input, other than the batch. Received: axis=", options_->axis,
                 ", rank=", rank, ".");
  return axis;
}

void BatchNormalization::build(const std::vector<Shape>& input_shapes) {
  const Shape& x = input_shapes[0];
  const Dim features = x[static_cast<size_t>(axis_of(x.size()))];
  LACUNA_REQUIRE(features != None, name(),
                 ": the size of the input along axis must be known. Received: shape=", to_string(x),
                 ", axis=", options_->axis, ".");
  const auto& o = *options_;
  if (o.scale) add_weight("gamma", {features}, o.gamma_initializer, o.gamma_regularizer, o.gamma_constraint);
  if (o.center) add_weight("beta", {features}, o.beta_initializer, o.beta_regularizer, o.beta_constraint);
  add_weight("moving_mean", {features}, o.moving_mean_initializer, {}, {}, false);
  add_weight("moving_variance", {features}, o.moving_variance_initializer, {}, {}, false);
}

std::vector<Symbol> BatchNormalization::call(const Inputs& inputs) {
  LACUNA_REQUIRE(inputs.size() == 1, name(),
                 ": the layer must be called on one input. Received: inputs=", inputs.size(), ".");
  return {normalized(inputs[0], inputs.training == false)};
}

Symbol BatchNormalization::normalized(const Symbol& x, bool averages) {
  const auto& o = *options_;
  LACUNA_REQUIRE(
      x.storage() == Storage::dense || (!o.center && !o.subtract_mean), name(),
      ": a csr input must keep its zeros: write BatchNormalization(center=False, subtract_mean=False), "
      "which divides by the standard deviation alone, or to_dense(x). Received: input=",
      x.spec(), ", center=", o.center ? "True" : "False",
      ", subtract_mean=", o.subtract_mean ? "True" : "False", ".");
  const int axis = axis_of(x.rank());
  size_t next = 0;
  const auto weight = [&]() -> const VariablePtr& { return state()->weights[next++].variable; };
  const Symbol gamma = o.scale ? read(weight()) : Symbol(), beta = o.center ? read(weight()) : Symbol();
  const VariablePtr &moving_mean = weight(), &moving_variance = weight();
  Symbol mean = read(moving_mean), variance = read(moving_variance);
  if (!averages) {
    const BatchMoments batch = batch_moments(x, mean, variance, axis);
    mean = batch.mean;
    variance = batch.variance;
    const auto replaced = [&](const Symbol& moment) { return o.frozen_uses_averages ? moment : Symbol(); };
    add_update(moving_mean, mean, o.momentum, replaced(mean));
    const Symbol moved = o.unbiased_variance ? variance * (batch.n / (batch.n - (1 + o.epsilon))) : variance;
    add_update(moving_variance, moved, o.momentum, replaced(variance));
  }

  const auto along_axis = [&](Symbol features) {
    for (size_t i = static_cast<size_t>(axis) + 1; i < x.rank(); ++i) features = expand_dims(features, -1);
    return features;
  };
  Symbol factor = 1.0 / sqrt(variance + o.epsilon);
  if (gamma) factor = gamma * factor;
  const Symbol y = (o.subtract_mean ? x - along_axis(mean) : x) * along_axis(factor);
  return beta ? y + along_axis(beta) : y;
}

}  // namespace lacuna::layers

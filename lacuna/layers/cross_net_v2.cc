// CrossNetV2: x_{l+1} = x ∘ (x_l W_l + b_l) + x_l
#include "lacuna/layers/cross_net.h"
#include "lacuna/ops/elementwise/operators.h"
#include "lacuna/ops/products/dot.h"
#include "lacuna/ops/products/sampled_dot.h"

namespace lacuna::layers {
namespace {

void cross_net_v2_list(Settings& s, Dim& num_layers, CrossNetV2Options& o) {
  s("num_layers", num_layers).positive("projection_dim", o.projection_dim)("use_bias", o.use_bias);
  s("kernel_initializer", o.kernel_initializer)("bias_initializer", o.bias_initializer);
  s("kernel_regularizer", o.kernel_regularizer)("bias_regularizer", o.bias_regularizer);
  s("activity_regularizer", o.activity_regularizer);
  s("kernel_constraint", o.kernel_constraint)("bias_constraint", o.bias_constraint);
}
const bool cross_net_v2_registered = known<CrossNetV2>("CrossNetV2", cross_net_v2_list);

}  // namespace

CrossNetV2::CrossNetV2(Dim num_layers, CrossNetV2Options options)
    : Layer(common(options), "CrossNetV2"),
      num_layers_(num_layers),
      options_(std::make_shared<CrossNetV2Options>(std::move(options))) {
  LACUNA_REQUIRE(num_layers > 0, "CrossNetV2: num_layers must be positive. Received: num_layers=", num_layers,
                 ".");
  LACUNA_REQUIRE(options_->projection_dim >= 0 && options_->input_dim >= 0,
                 "CrossNetV2: projection_dim and input_dim must be positive. Received: projection_dim=",
                 options_->projection_dim, ", input_dim=", options_->input_dim, ".");
  if (state()->batch_input_shape.empty() && options_->input_dim)
    state()->batch_input_shape = {None, options_->input_dim};
  describe(cross_net_v2_list, num_layers, *options_);
}

void CrossNetV2::build(const std::vector<Shape>& input_shapes) {
  const Shape& x = input_shapes[0];
  LACUNA_REQUIRE(x.size() == 2 && x.back() != None, name(),
                 ": the input must have rank 2 and a known last dimension. Received: shape=", to_string(x),
                 ".");
  const auto& o = *options_;
  const Dim n = x.back();
  const auto kernel = [&](const std::string& weight, Dim columns) {
    add_weight(weight, {n, columns}, o.kernel_initializer, o.kernel_regularizer, o.kernel_constraint);
  };
  for (Dim l = 0; l < num_layers_; ++l) {
    if (o.projection_dim) {
      kernel(text("kernel_u_", l), o.projection_dim);
      kernel(text("kernel_v_", l), o.projection_dim);
    } else {
      kernel(text("kernel_", l), n);
    }
    if (o.use_bias)
      add_weight(text("bias_", l), {n}, o.bias_initializer, o.bias_regularizer, o.bias_constraint);
  }
}

Symbol CrossNetV2::call(const Symbol& x) {
  size_t next = 0;
  const auto weight = [&] { return read(state()->weights[next++].variable); };
  Symbol y = x;
  for (Dim l = 0; l < num_layers_; ++l) {
    Symbol crossed;
    if (options_->projection_dim) {
      const Symbol z = dot(y, weight()), v = weight();
      crossed = x * (x.storage() == Storage::csr ? sampled_dot(z, v, x) : dot(z, v, false, true));
    } else {
      crossed = x * dot(y, weight());
    }
    if (options_->use_bias) crossed = crossed + x * weight();
    y = y + crossed;
  }
  return y;
}

Symbol CrossNetV2::activity_loss(const Symbol& output) {
  return options_->activity_regularizer ? options_->activity_regularizer->loss(output) : Symbol();
}

}  // namespace lacuna::layers

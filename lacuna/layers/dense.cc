// Dense: activation(x kernel + bias).
#include "lacuna/layers/dense.h"

#include "lacuna/ops/elementwise/bias_add.h"
#include "lacuna/ops/products/dot.h"
#include "lacuna/ops/products/translate.h"

namespace lacuna::layers {
namespace {

void dense_list(Settings& s, Dim& units, DenseOptions& o) {
  s("units", units)("activation", o.activation)("use_bias", o.use_bias);
  s("kernel_initializer", o.kernel_initializer)("bias_initializer", o.bias_initializer);
  s("kernel_regularizer", o.kernel_regularizer)("bias_regularizer", o.bias_regularizer);
  s("activity_regularizer", o.activity_regularizer);
  s("kernel_constraint", o.kernel_constraint)("bias_constraint", o.bias_constraint);
  s("sparse_weight", o.sparse_weight);
}
const bool dense_registered = known<Dense>("Dense", dense_list);

}  // namespace

Dense::Dense(Dim units, DenseOptions options)
    : Layer(common(options), "Dense"),
      units_(units),
      options_(std::make_shared<DenseOptions>(std::move(options))) {
  supports_masking();
  LACUNA_REQUIRE(units > 0, "Dense: units must be positive. Received: units=", units, ".");
  LACUNA_REQUIRE(options_->input_dim >= 0,
                 "Dense: input_dim must be positive. Received: input_dim=", options_->input_dim, ".");
  if (state()->batch_input_shape.empty() && options_->input_dim)
    state()->batch_input_shape = {None, options_->input_dim};
  describe(dense_list, units, *options_);
}

void Dense::build(const std::vector<Shape>& input_shapes) {
  const Shape& x = input_shapes[0];
  LACUNA_REQUIRE(
      x.size() >= 2 && x.back() != None, name(),
      ": the input must have rank 2 or more and a known last dimension. Received: shape=", to_string(x), ".");
  add_weight("kernel", {x.back(), units_}, options_->kernel_initializer, options_->kernel_regularizer,
             options_->kernel_constraint, true, options_->sparse_weight);
  if (options_->use_bias)
    add_weight("bias", {units_}, options_->bias_initializer, options_->bias_regularizer,
               options_->bias_constraint);
}

Symbol Dense::call(const Symbol& x) {
  const Symbol kernel = read(state()->weights[0].variable);
  LACUNA_REQUIRE(x.rank() >= 2 && x.shape().back() == kernel.shape()[0], name(),
                 ": the input must be as wide as the kernel has rows. Received: input=", x.spec(),
                 ", kernel=", kernel.spec(), ".");
  LACUNA_REQUIRE(!options_->sparse_weight || x.rank() == 2, name(),
                 ": an input of a layer with sparse_weight=True has rank 2. Received: input=", x.spec(), ".");
  Symbol y = dot(options_->sparse_weight ? translate(x, kernel) : x, kernel);
  if (options_->use_bias) y = bias_add(y, read(state()->weights[1].variable));
  return options_->activation ? (*options_->activation)(y) : y;
}

Symbol Dense::activity_loss(const Symbol& output) {
  return options_->activity_regularizer ? options_->activity_regularizer->loss(output) : Symbol();
}

}  // namespace lacuna::layers

// CrossNet. Every x_l is a_l x + c_l, with a number a_l for each row and one row c_l = b_0 + … + b_{l-1} for
// all:
//   a_{l+1} = a_l + (a_l x + c_l) · w_l,
// so one product of x with all w serves all layers, and only the output is as wide as x.
#include "lacuna/layers/cross_net.h"

#include "lacuna/ops/elementwise/operators.h"
#include "lacuna/ops/parts/broadcast_at.h"
#include "lacuna/ops/products/dot.h"
#include "lacuna/ops/products/translate.h"
#include "lacuna/ops/reductions/reduce.h"
#include "lacuna/ops/shape/slice.h"

namespace lacuna::layers {
namespace {

void cross_net_list(Settings& s, Dim& num_layers, CrossNetOptions& o) {
  s("num_layers", num_layers)("use_bias", o.use_bias);
  s("kernel_initializer", o.kernel_initializer)("bias_initializer", o.bias_initializer);
  s("kernel_regularizer", o.kernel_regularizer)("bias_regularizer", o.bias_regularizer);
  s("activity_regularizer", o.activity_regularizer);
  s("kernel_constraint", o.kernel_constraint)("bias_constraint", o.bias_constraint);
  s("sparse_weight", o.sparse_weight);
}
const bool cross_net_registered = known<CrossNet>("CrossNet", cross_net_list);

}  // namespace

CrossNet::CrossNet(Dim num_layers, CrossNetOptions options)
    : Layer(common(options), "CrossNet"),
      num_layers_(num_layers),
      options_(std::make_shared<CrossNetOptions>(std::move(options))) {
  LACUNA_REQUIRE(num_layers > 0, "CrossNet: num_layers must be positive. Received: num_layers=", num_layers,
                 ".");
  LACUNA_REQUIRE(options_->input_dim >= 0,
                 "CrossNet: input_dim must be positive. Received: input_dim=", options_->input_dim, ".");
  LACUNA_REQUIRE(
      !options_->sparse_weight || !options_->use_bias,
      "CrossNet: sparse_weight=True needs use_bias=False, since a bias is multiplied with every row of the "
      "kernel. Received: sparse_weight=True, use_bias=True.");
  if (state()->batch_input_shape.empty() && options_->input_dim)
    state()->batch_input_shape = {None, options_->input_dim};
  describe(cross_net_list, num_layers, *options_);
}

void CrossNet::build(const std::vector<Shape>& input_shapes) {
  const Shape& x = input_shapes[0];
  LACUNA_REQUIRE(x.size() == 2 && x.back() != None, name(),
                 ": the input must have rank 2 and a known last dimension. Received: shape=", to_string(x),
                 ".");
  add_weight("kernel", {x.back(), num_layers_}, options_->kernel_initializer, options_->kernel_regularizer,
             options_->kernel_constraint, true, options_->sparse_weight);
  if (options_->use_bias)
    add_weight("bias", {num_layers_, x.back()}, options_->bias_initializer, options_->bias_regularizer,
               options_->bias_constraint);
}

Symbol CrossNet::call(const Symbol& x) {
  const Symbol kernel = read(state()->weights[0].variable);
  LACUNA_REQUIRE(x.rank() == 2 && x.shape()[1] == kernel.shape()[0], name(),
                 ": the input must be as wide as the kernel has rows. Received: input=", x.spec(),
                 ", kernel=", kernel.spec(), ".");
  const Symbol bias = options_->use_bias ? read(state()->weights[1].variable) : Symbol();
  const Symbol products = dot(options_->sparse_weight ? translate(x, kernel) : x, kernel);
  Symbol a, c;  // Empty for 1 and for 0.
  for (Dim l = 0; l < num_layers_; ++l) {
    const Symbol product = slice(products, 1, l, l + 1);
    Symbol crossed = a ? a * product : product;
    if (c) crossed = crossed + dot(c, slice(kernel, 1, l, l + 1));
    a = a ? a + crossed : 1.0 + crossed;
    if (!bias) continue;
    const Symbol b = slice(bias, 0, l, l + 1);
    c = c ? c + b : b;
  }
  const Symbol y = x * a;
  if (!c) return y;
  return y + (y.storage() == Storage::dense ? c : broadcast_like(c, y));
}

Symbol CrossNet::activity_loss(const Symbol& output) {
  return options_->activity_regularizer ? options_->activity_regularizer->loss(output) : Symbol();
}

}  // namespace lacuna::layers

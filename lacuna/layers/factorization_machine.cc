// FactorizationMachine: activation(linear model + products of pairs + bias)
#include "lacuna/layers/factorization_machine.h"

#include "lacuna/ops/elementwise/bias_add.h"
#include "lacuna/ops/products/bag_of_ids.h"
#include "lacuna/ops/products/interactions.h"
#include "lacuna/ops/products/take.h"
#include "lacuna/ops/products/translate.h"
#include "lacuna/tensor/checked_sizes.h"

namespace lacuna::layers {
namespace {

void factorization_machine_list(Settings& s, Dim& factors, FactorizationMachineOptions& o) {
  s("factors", factors)("activation", o.activation)("use_bias", o.use_bias);
  s("kernel_initializer", o.kernel_initializer)("bias_initializer", o.bias_initializer);
  s("kernel_regularizer", o.kernel_regularizer)("bias_regularizer", o.bias_regularizer);
  s("activity_regularizer", o.activity_regularizer);
  s("kernel_constraint", o.kernel_constraint)("bias_constraint", o.bias_constraint);
  s("sparse_weight", o.sparse_weight).positive("input_dim", o.input_dim);
  s("ids", o.ids)("mask_zero", o.mask_zero);
}
const bool factorization_machine_registered =
    known<FactorizationMachine>("FactorizationMachine", factorization_machine_list);

}  // namespace

FactorizationMachine::FactorizationMachine(Dim factors, FactorizationMachineOptions options)
    : Layer(common(options), "FactorizationMachine"),
      factors_(factors),
      options_(std::make_shared<FactorizationMachineOptions>(std::move(options))) {
  LACUNA_REQUIRE(factors > 0, "FactorizationMachine: factors must be positive. Received: factors=", factors,
                 ".");
  LACUNA_REQUIRE(
      options_->input_dim >= 0,
      "FactorizationMachine: input_dim must be positive. Received: input_dim=", options_->input_dim, ".");
  LACUNA_REQUIRE(!options_->ids || options_->input_dim,
                 "FactorizationMachine: ids=True needs input_dim, the number of ids. Received: ids=True, "
                 "input_dim=none.");
  LACUNA_REQUIRE(!options_->mask_zero || options_->ids,
                 "FactorizationMachine: mask_zero is for ids. Received: mask_zero=True, ids=False.");
  if (options_->ids) state()->fed_dtype = DType::int64;
  if (state()->batch_input_shape.empty() && options_->input_dim)
    state()->batch_input_shape = {None, options_->ids ? None : options_->input_dim};
  describe(factorization_machine_list, factors, *options_);
}

void FactorizationMachine::build(const std::vector<Shape>& input_shapes) {
  const Shape& x = input_shapes[0];
  LACUNA_REQUIRE(x.size() == 2 && (x.back() != None || options_->ids), name(),
                 ": the input must have rank 2 and a known last dimension. Received: shape=", to_string(x),
                 ".");
  add_weight("kernel", {options_->ids ? options_->input_dim : x.back(), checked_sum(name(), factors_, 1)},
             options_->kernel_initializer, options_->kernel_regularizer, options_->kernel_constraint, true,
             options_->sparse_weight);
  if (options_->use_bias)
    add_weight("bias", {1}, options_->bias_initializer, options_->bias_regularizer,
               options_->bias_constraint);
}

Symbol FactorizationMachine::call(const Symbol& input) {
  const Symbol kernel = read(state()->weights[0].variable);
  LACUNA_REQUIRE(
      !options_->ids || input.storage() == Storage::dense, name(),
      ": ids are given as a dense array; csr, of input_dim columns, is for ids=False. Received: input=",
      input.spec(), ".");
  const Symbol x = options_->ids ? bag_of_ids(as_ids(input), kernel, options_->mask_zero) : input;
  LACUNA_REQUIRE(x.rank() == 2 && x.shape().back() == kernel.shape()[0], name(),
                 ": the input must be as wide as the kernel has rows. Received: input=", x.spec(),
                 ", kernel=", kernel.spec(), ".");
  Symbol y = interactions(options_->sparse_weight ? translate(x, kernel) : x, kernel);
  if (options_->use_bias) y = bias_add(y, read(state()->weights[1].variable));
  return options_->activation ? (*options_->activation)(y) : y;
}

Symbol FactorizationMachine::activity_loss(const Symbol& output) {
  return options_->activity_regularizer ? options_->activity_regularizer->loss(output) : Symbol();
}

}  // namespace lacuna::layers

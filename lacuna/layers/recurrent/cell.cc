// What cells have in common.
#include "lacuna/layers/recurrent/cell.h"

#include <algorithm>

#include "lacuna/ops/elementwise/bias_add.h"
#include "lacuna/ops/elementwise/operators.h"
#include "lacuna/ops/elementwise/scalar.h"
#include "lacuna/ops/parts/cast.h"
#include "lacuna/ops/products/dot.h"
#include "lacuna/ops/random/dropout.h"
#include "lacuna/ops/reductions/reduce.h"
#include "lacuna/ops/shape/concatenate.h"
#include "lacuna/ops/shape/reshape.h"
#include "lacuna/ops/shape/slice.h"

namespace lacuna::layers {
namespace {

// (batch, columns) of ones, for x (batch, …).
Symbol ones_by_row(const Symbol& x, Dim columns) {
  const Symbol zero = zeros_like(x.rank() == 3 ? sum(x, {1, 2}) : sum(x, {1}));
  std::vector<float> ones(static_cast<size_t>(columns), 1);
  const Symbol row = constant(tensor::Dense::of<float>({1, columns}, ones));
  return expand_dims(zero, 1) + (x.dtype() == DType::float32 ? row : cast(row, x.dtype()));
}

uint64_t key_of_gate(uint64_t key, bool recurrent, Dim g) {
  return mix(key + 2 * static_cast<uint64_t>(g) + recurrent);
}

}  // namespace

void Cell::make_weights(const Shape& x) {
  if (state()->built) return;
  build({x});
  state()->built = true;
}

std::vector<Symbol> Cell::call(const Inputs& inputs) {
  LACUNA_REQUIRE(inputs.size() == 1 + state_size().size() && inputs[0].rank() == 2, name(),
                 ": a cell is called on a list of x, (batch, features), and its states. Received: inputs=",
                 inputs.size(), ", x=", inputs[0].spec(), ".");
  const bool drops = inputs.training.value_or(true);
  const StepResult result = step(inputs[0], drops)(
      {prepare(inputs[0], drops)}, std::vector<Symbol>(inputs.symbols.begin() + 1, inputs.symbols.end()));
  std::vector<Symbol> outputs{result.output};
  outputs.insert(outputs.end(), result.states.begin(), result.states.end());
  return outputs;
}

GatedCell::GatedCell(Dim units, RecurrentOptions options, const std::string& class_name, Dim gates)
    : Cell(common(options), class_name),
      units_(units),
      gates_(gates),
      options_(std::make_shared<RecurrentOptions>(std::move(options))) {
  LACUNA_REQUIRE(units > 0, class_name, ": units must be positive. Received: units=", units, ".");
  for (const double rate : {options_->dropout, options_->recurrent_dropout})
    LACUNA_REQUIRE(rate >= 0 && rate < 1, class_name,
                   ": dropout and recurrent_dropout must be in [0, 1). Received: dropout=", options_->dropout,
                   ", recurrent_dropout=", options_->recurrent_dropout, ".");
  LACUNA_REQUIRE(options_->implementation >= 0 && options_->implementation <= 2, class_name,
                 ": implementation must be 1 or 2. Received: implementation=", options_->implementation, ".");
  if (options_->dropout > 0 || options_->recurrent_dropout > 0) state()->key = next_key();
}

void GatedCell::build(const std::vector<Shape>& input_shapes) {
  const Shape& x = input_shapes[0];
  LACUNA_REQUIRE(x.size() >= 2 && x.back() != None, name(),
                 ": the number of features of the input must be known. Received: shape=", to_string(x), ".");
  add_weight("kernel", {x.back(), gates_ * units_}, options_->kernel_initializer,
             options_->kernel_regularizer, options_->kernel_constraint);
  add_weight("recurrent_kernel", {units_, gates_ * units_}, options_->recurrent_initializer,
             options_->recurrent_regularizer, options_->recurrent_constraint);
  if (options_->use_bias) add_bias();
}

Symbol GatedCell::add_bias() {
  return add_weight("bias", {gates_ * units_}, options_->bias_initializer, options_->bias_regularizer,
                    options_->bias_constraint);
}

Symbol GatedCell::gate(const Symbol& x, Dim g, Dim count) const {
  return count == gates_ ? x : slice(x, -1, g * units_, (g + count) * units_);
}

Symbol GatedCell::input_bias(const Symbol& y) const {
  if (!options_->use_bias) return y;
  const Symbol bias = weight(2);  // With a second row for the recurrent product, in a GRU with reset_after.
  return bias_add(y, bias.rank() == 1 ? bias : squeeze(slice(bias, 0, 0, 1), 0));
}

Symbol GatedCell::prepare(const Symbol& x, bool drops) const {
  const Symbol kernel = weight(0);
  LACUNA_REQUIRE(
      x.storage() == Storage::dense && x.shape().back() == kernel.shape()[0], name(),
      ": the input must be dense and have as many features as the kernel has rows. Received: input=",
      x.spec(), ", kernel=", kernel.spec(), ".");
  const double rate = drops ? options_->dropout : 0;
  const Shape once = x.rank() == 3 ? Shape{1, None, None} : Shape();  // The same values in all steps.
  const bool by_gate = options_->implementation != 2 && gates_ > 1;
  if (rate == 0 || !by_gate)
    return input_bias(
        dot(rate > 0 ? dropout(x, rate, key_of_gate(state()->key, false, 0), once) : x, kernel));
  std::vector<Symbol> parts;
  for (Dim g = 0; g < gates_; ++g)
    parts.push_back(dot(dropout(x, rate, key_of_gate(state()->key, false, g), once), gate(kernel, g)));
  return input_bias(lacuna::concatenate(parts, -1));
}

std::vector<Symbol> GatedCell::recurrent_masks(const Symbol& x, bool drops) const {
  std::vector<Symbol> masks;
  if (!drops || options_->recurrent_dropout == 0) return masks;
  const Symbol ones = ones_by_row(x, units_);
  for (Dim g = 0; g < (options_->implementation == 2 ? 1 : gates_); ++g)
    masks.push_back(dropout(ones, options_->recurrent_dropout, key_of_gate(state()->key, true, g)));
  return masks;
}

Symbol GatedCell::recurrent(const Symbol& state, const std::vector<Symbol>& masks, Dim g, Dim count) const {
  const Symbol kernel = weight(1);
  if (masks.size() <= 1) return dot(masks.empty() ? state : state * masks[0], gate(kernel, g, count));
  std::vector<Symbol> parts;
  for (Dim i = g; i < g + count; ++i)
    parts.push_back(dot(state * masks[static_cast<size_t>(i)], gate(kernel, i)));
  return parts.size() == 1 ? parts[0] : lacuna::concatenate(parts, -1);
}

Symbol GatedCell::activated(const Symbol& x) const {
  return options_->activation ? (*options_->activation)(x) : x;
}
Symbol GatedCell::activated_gate(const Symbol& x) const {
  return options_->recurrent_activation ? (*options_->recurrent_activation)(x) : x;
}

void list_first(Settings& s, Dim& units, RecurrentOptions& o, bool has_gates) {
  s("units", units)("activation", o.activation);
  if (has_gates) s("recurrent_activation", o.recurrent_activation);
  s("use_bias", o.use_bias)("kernel_initializer", o.kernel_initializer);
  s("recurrent_initializer", o.recurrent_initializer)("bias_initializer", o.bias_initializer);
}

void list_rest(Settings& s, RecurrentOptions& o, bool is_layer) {
  s("kernel_regularizer", o.kernel_regularizer)("recurrent_regularizer", o.recurrent_regularizer);
  s("bias_regularizer", o.bias_regularizer);
  if (is_layer) s("activity_regularizer", o.activity_regularizer);
  s("kernel_constraint", o.kernel_constraint)("recurrent_constraint", o.recurrent_constraint);
  s("bias_constraint", o.bias_constraint)("dropout", o.dropout)("recurrent_dropout", o.recurrent_dropout);
}

void list_of_layer(Settings& s, RecurrentOptions& o) {
  s("return_sequences", o.return_sequences)("return_state", o.return_state)("go_backwards", o.go_backwards);
  s("stateful", o.stateful)("unroll", o.unroll);
}

}  // namespace lacuna::layers

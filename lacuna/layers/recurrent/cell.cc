// What cells have in common.
#include "lacuna/layers/recurrent/cell.h"

#include "lacuna/layers/initializers/of_whole.h"
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
#include "lacuna/tensor/checked_sizes.h"

namespace lacuna::layers {
namespace {

// Keras' identity for a recurrent kernel, (units, gates × units): one for each gate.
class IdentityOfGates final : public initializers::OfWhole {
 public:
  explicit IdentityOfGates(double gain) : gain_(gain) {}
  std::string class_name() const override { return "IdentityOfGates"; }
  Config config() const override { return {{"gain", gain_}}; }
  void fill(const Shape& shape, std::span<double> values) const override {
    const auto units = static_cast<size_t>(shape[0]), columns = static_cast<size_t>(shape[1]);
    for (size_t i = 0; i < units * columns; ++i) values[i] = i % columns % units == i / columns ? gain_ : 0;
  }

 private:
  double gain_;
};

Arg<initializers::Initializer> for_gates(const Arg<initializers::Initializer>& given) {
  if (!given || given->class_name() != "Identity") return given;
  const Config config = given->config();
  Settings settings("Identity", config);
  double gain = 1;
  settings("gain", gain);
  return std::shared_ptr<initializers::Initializer>(std::make_shared<IdentityOfGates>(gain));
}

}  // namespace

Symbol full_by_row(const Symbol& x, Dim columns, double value) {
  const Symbol zero = zeros_like(x.rank() == 3 ? sum(x, {1, 2}) : sum(x, {1}));
  std::vector<float> all(static_cast<size_t>(columns), static_cast<float>(value));
  const Symbol row = constant(tensor::Dense::of<float>({1, columns}, all));
  return expand_dims(zero, 1) + (x.dtype() == DType::float32 ? row : cast(row, x.dtype()));
}

Symbol Cell::prepare(const CellCall&, const Symbol& x, const RowsThatCount& rows) const { return rows(x); }

std::vector<Symbol> Cell::call(const Inputs& inputs) {
  LACUNA_REQUIRE(inputs.size() == 1 + state_size().size() && inputs[0].rank() == 2, name(),
                 ": a cell is called on a list of x, (batch, features), and its states. Received: inputs=",
                 inputs.size(), ", x=", inputs[0].spec(), ".");
  const StepFunction function = step({.x = inputs[0], .training = inputs.training});
  const StepResult result =
      function({inputs[0]}, std::vector<Symbol>(inputs.symbols.begin() + 1, inputs.symbols.end()));
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
  checked_product(name(), gates_, units_);
  add_weight("kernel", {x.back(), gates_ * units_}, options_->kernel_initializer,
             options_->kernel_regularizer, options_->kernel_constraint);
  add_weight("recurrent_kernel", {units_, gates_ * units_}, for_gates(options_->recurrent_initializer),
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

Symbol GatedCell::input_product(const std::vector<Symbol>& x) const {
  const Symbol kernel = weight(0);
  LACUNA_REQUIRE(
      x[0].storage() == Storage::dense && x[0].shape().back() == kernel.shape()[0], name(),
      ": the input must be dense and have as many features as the kernel has rows. Received: input=",
      x[0].spec(), ", kernel=", kernel.spec(), ".");
  std::vector<Symbol> parts;
  for (size_t g = 0; g < x.size(); ++g)
    parts.push_back(dot(x[g], x.size() == 1 ? kernel : gate(kernel, static_cast<Dim>(g))));
  const Symbol y = parts.size() == 1 ? parts[0] : lacuna::concatenate(parts, -1);
  if (!options_->use_bias) return y;
  const Symbol bias = weight(2);  // With a second row for the recurrent product, in a GRU with reset_after.
  return bias_add(y, bias.rank() == 1 ? bias : squeeze(slice(bias, 0, 0, 1), 0));
}

// The keys of dropout: one for each gate, or one for all; none without dropout.
std::vector<uint64_t> GatedCell::keys(double rate, bool of_state, bool drops) const {
  std::vector<uint64_t> result;
  if (!drops || rate == 0) return result;
  for (Dim g = 0; g < (options_->implementation == 2 ? 1 : gates_); ++g)
    result.push_back(mix(state()->key + 2 * static_cast<uint64_t>(g) + of_state));
  return result;
}

std::vector<Symbol> GatedCell::masks(const Symbol& x, Dim columns, double rate, bool of_state,
                                     bool drops) const {
  std::vector<Symbol> result;
  const auto all = keys(rate, of_state, drops);
  if (all.empty()) return result;
  const Symbol ones = full_by_row(x, columns, 1);
  for (const uint64_t key : all) result.push_back(dropout(ones, rate, key));
  return result;
}

Symbol GatedCell::prepare(const CellCall& call, const Symbol& x, const RowsThatCount& rows) const {
  std::vector<Symbol> dropped;
  for (const uint64_t key : keys(options_->dropout, false, call.drops()))
    dropped.push_back(rows(dropout(x, options_->dropout, key, {1, None, None})));  // The same in all steps.
  return input_product(dropped.empty() ? std::vector{rows(x)} : dropped);
}

StepFunction GatedCell::step(const CellCall& call) const {
  const auto of_state = masks(call.x, units_, options_->recurrent_dropout, true, call.drops());
  std::vector<Symbol> of_x;
  if (!call.prepared) of_x = masks(call.x, weight(0).shape()[0], options_->dropout, false, call.drops());
  return
      [=, this, prepared = call.prepared](const std::vector<Symbol>& x, const std::vector<Symbol>& states) {
        if (prepared) return advance(x[0], states, of_state);
        std::vector<Symbol> dropped;
        for (const Symbol& mask : of_x) dropped.push_back(x[0] * mask);
        return advance(input_product(dropped.empty() ? x : dropped), states, of_state);
      };
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
  // Written only where it is set: Keras 2 does not know it.
  if (s.reads() || o.zero_output_for_mask) s("zero_output_for_mask", o.zero_output_for_mask);
}

}  // namespace lacuna::layers

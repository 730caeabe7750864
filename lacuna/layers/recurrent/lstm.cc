// LSTM and its cell.
#include "lacuna/layers/recurrent/lstm.h"

#include <algorithm>

#include "lacuna/graph/op.h"
#include "lacuna/layers/initializers/of_whole.h"
#include "lacuna/ops/elementwise/operators.h"
#include "lacuna/ops/recurrent/lstm_gates.h"

namespace lacuna::layers {
namespace {

void lstm_cell_list(Settings& s, Dim& units, RecurrentOptions& o) {
  list_first(s, units, o, true);
  s("unit_forget_bias", o.unit_forget_bias);
  list_rest(s, o, false);
  s("implementation", o.implementation);
}
void lstm_list(Settings& s, Dim& units, RecurrentOptions& o) {
  list_first(s, units, o, true);
  s("unit_forget_bias", o.unit_forget_bias);
  list_rest(s, o, true);
  s("implementation", o.implementation);
  list_of_layer(s, o);
}
const bool lstm_registered = known<LSTM>("LSTM", lstm_list) && known<LSTMCell>("LSTMCell", lstm_cell_list);

// Ones for the forget gate, so that a new cell remembers; for the others what another initializer gives.
class ForgetBias final : public initializers::OfWhole {
 public:
  ForgetBias(std::shared_ptr<initializers::Initializer> other, Dim units)
      : other_(std::move(other)), units_(static_cast<size_t>(units)) {}
  std::string class_name() const override { return "ForgetBias"; }
  Config config() const override { return {}; }
  void fill(const Shape& shape, std::span<double> values) const override {
    if (const auto* whole = dynamic_cast<const initializers::OfWhole*>(other_.get()))
      whole->fill(shape, values);
    else other_->draw(shape).row(0, values);
    std::ranges::fill(values.subspan(units_, units_), 1.0);
  }

 private:
  std::shared_ptr<initializers::Initializer> other_;
  size_t units_;
};

// Whether an activation is the op of that name. A function of a user may have that name too.
bool is_op(const Arg<activations::Activation>& activation, std::string_view name) {
  const Symbol x = placeholder({{None, 1}, DType::float32}, "x");
  const Symbol y = activation ? (*activation)(x) : x;
  return y.node()->op().name() == name && y.node()->in() == std::vector{x};
}

}  // namespace

LSTMCell::LSTMCell(Dim units, RecurrentOptions options)
    : GatedCell(units, std::move(options), "LSTMCell", 4) {
  describe(lstm_cell_list, units, *options_);
}

Symbol LSTMCell::add_bias() {
  if (!options_->unit_forget_bias) return GatedCell::add_bias();
  const Arg<initializers::Initializer> bias(
      std::make_shared<ForgetBias>(options_->bias_initializer.get(), units_));
  return add_weight("bias", {gates_ * units_}, bias, options_->bias_regularizer, options_->bias_constraint);
}

StepResult LSTMCell::advance(const Symbol& from_x, const std::vector<Symbol>& states,
                             const std::vector<Symbol>& masks) const {
  const Symbol from_h = recurrent(states[0], masks, 0, 4);
  const bool hard = is_op(options_->recurrent_activation, "hard_sigmoid");
  if (is_op(options_->activation, "tanh") && (hard || is_op(options_->recurrent_activation, "sigmoid"))) {
    const std::vector<Symbol> next = lstm_gates(from_x, from_h, states[1], hard);
    return {next[0], next};
  }
  const Symbol z = from_x + from_h;
  const Symbol i = activated_gate(gate(z, 0)), f = activated_gate(gate(z, 1)), o = activated_gate(gate(z, 3));
  const Symbol c = f * states[1] + i * activated(gate(z, 2));
  const Symbol h = o * activated(c);
  return {h, {h, c}};
}

LSTM::LSTM(Dim units, RecurrentOptions options)
    : Recurrent(options, "LSTM", [&](const std::string& name) {
        return std::make_shared<LSTMCell>(units, of_cell(options, name));
      }) {
  describe(lstm_list, units, *options_);
}

}  // namespace lacuna::layers

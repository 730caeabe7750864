// GRU and its cell.
#include "lacuna/layers/recurrent/gru.h"

#include "lacuna/ops/elementwise/bias_add.h"
#include "lacuna/ops/elementwise/operators.h"
#include "lacuna/ops/shape/reshape.h"
#include "lacuna/ops/shape/slice.h"

namespace lacuna::layers {
namespace {

void gru_cell_list(Settings& s, Dim& units, RecurrentOptions& o) {
  list_first(s, units, o, true);
  list_rest(s, o, false);
  s("implementation", o.implementation)("reset_after", o.reset_after);
}
void gru_list(Settings& s, Dim& units, RecurrentOptions& o) {
  list_first(s, units, o, true);
  list_rest(s, o, true);
  s("implementation", o.implementation);
  list_of_layer(s, o);
  s("reset_after", o.reset_after);
}
const bool gru_registered = known<GRU>("GRU", gru_list) && known<GRUCell>("GRUCell", gru_cell_list);

}  // namespace

GRUCell::GRUCell(Dim units, RecurrentOptions options) : GatedCell(units, std::move(options), "GRUCell", 3) {
  describe(gru_cell_list, units, *options_);
}

Symbol GRUCell::add_bias() {
  if (!options_->reset_after) return GatedCell::add_bias();
  return add_weight("bias", {2, gates_ * units_}, options_->bias_initializer, options_->bias_regularizer,
                    options_->bias_constraint);
}

StepResult GRUCell::advance(const Symbol& from_x, const std::vector<Symbol>& states,
                            const std::vector<Symbol>& masks) const {
  const Symbol& h = states[0];
  const bool after = options_->reset_after;
  Symbol inner = recurrent(h, masks, 0, after ? 3 : 2);
  if (after && options_->use_bias) inner = bias_add(inner, squeeze(slice(weight(2), 0, 1, 2), 0));
  const auto gate_of = [&](Dim g) {
    return activated_gate(gate(from_x, g) + slice(inner, -1, g * units_, (g + 1) * units_));
  };
  const Symbol z = gate_of(0), r = gate_of(1);
  const Symbol reset = after ? r * gate(inner, 2) : recurrent(r * h, masks, 2, 1);
  const Symbol next = z * h + (1.0 - z) * activated(gate(from_x, 2) + reset);
  return {next, {next}};
}

GRU::GRU(Dim units, RecurrentOptions options)
    : Recurrent(options, "GRU", [&](const std::string& name) {
        return std::make_shared<GRUCell>(units, of_cell(options, name));
      }) {
  describe(gru_list, units, *options_);
}

}  // namespace lacuna::layers

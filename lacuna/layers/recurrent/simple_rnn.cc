// SimpleRNN and its cell.
#include "lacuna/layers/recurrent/simple_rnn.h"

#include "lacuna/ops/elementwise/operators.h"

namespace lacuna::layers {
namespace {

void simple_rnn_cell_list(Settings& s, Dim& units, RecurrentOptions& o) {
  list_first(s, units, o, false);
  list_rest(s, o, false);
}
void simple_rnn_list(Settings& s, Dim& units, RecurrentOptions& o) {
  list_first(s, units, o, false);
  list_rest(s, o, true);
  list_of_layer(s, o);
}
const bool simple_rnn_registered = known<SimpleRNN>("SimpleRNN", simple_rnn_list) &&
                                   known<SimpleRNNCell>("SimpleRNNCell", simple_rnn_cell_list);

}  // namespace

SimpleRNNCell::SimpleRNNCell(Dim units, RecurrentOptions options)
    : GatedCell(units, std::move(options), "SimpleRNNCell", 1) {
  describe(simple_rnn_cell_list, units, *options_);
}

StepResult SimpleRNNCell::advance(const Symbol& from_x, const std::vector<Symbol>& states,
                                  const std::vector<Symbol>& masks) const {
  const Symbol h = activated(from_x + recurrent(states[0], masks, 0, 1));
  return {h, {h}};
}

SimpleRNN::SimpleRNN(Dim units, RecurrentOptions options)
    : Recurrent(options, "SimpleRNN", [&](const std::string& name) {
        return std::make_shared<SimpleRNNCell>(units, of_cell(options, name));
      }) {
  describe(simple_rnn_list, units, *options_);
}

}  // namespace lacuna::layers

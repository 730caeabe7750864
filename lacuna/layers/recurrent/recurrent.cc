// The base of recurrent layers.
#include "lacuna/layers/recurrent/recurrent.h"

#include <cstring>

#include "lacuna/graph/assignment.h"
#include "lacuna/layers/recurrent/nested.h"
#include "lacuna/layers/sketch.h"
#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/shape/reshape.h"
#include "lacuna/ops/shape/slice.h"

namespace lacuna::layers {

namespace {

void rnn_list(Settings& s, std::shared_ptr<Cell>& cell, RecurrentOptions& o) {
  nested(s, "cell", cell);
  list_of_layer(s, o);
  if (s.reads() || o.num_constants > 0) s("num_constants", o.num_constants);
}
const bool rnn_registered = known<RNN>("RNN", rnn_list);

}  // namespace

RNN::RNN(std::shared_ptr<Cell> cell, RecurrentOptions options)
    : Recurrent(options, "RNN", [&](const std::string&) { return cell; }) {
  take_constants(static_cast<size_t>(options.num_constants));
  state()->settings = [cell, o = *options_, constants = constants_]() mutable {
    Settings settings;
    std::shared_ptr<Cell> written = cell;
    o.num_constants = static_cast<int64_t>(*constants);
    rnn_list(settings, written, o);
    return settings.written();
  };
}

RecurrentOptions of_cell(const RecurrentOptions& layer, const std::string& name) {
  RecurrentOptions options = layer;
  options.name = name;
  options.trainable = true;  // The flag of the layer decides.
  options.input_shape = options.batch_input_shape = {};
  return options;
}

Recurrent::Recurrent(const RecurrentOptions& options, const std::string& class_name,
                     const MakeCell& make_cell)
    : Layer(common(options), class_name),
      options_(std::make_shared<RecurrentOptions>(options)),
      cell_(make_cell(name())),
      carried_(std::make_shared<std::vector<VariablePtr>>()) {
  supports_masking();
}

void Recurrent::build(const std::vector<Shape>& input_shapes) {
  const Shape& x = input_shapes[0];
  LACUNA_REQUIRE(
      x.size() == 3, name(),
      ": the input must have rank 3: batch, time and features; to_dense(x), and Reshape, make one of "
      "csr. Received: shape=",
      to_string(x), ".");
  LACUNA_REQUIRE(*constants_ < input_shapes.size(), name(),
                 ": there must be an input beside the constants. Received: inputs=", input_shapes.size(),
                 ", constants=", *constants_, ".");
  std::vector<Shape> of_cell{{x[0], x[2]}};
  if (cell_->takes_constants())
    of_cell.insert(of_cell.end(), input_shapes.end() - static_cast<std::ptrdiff_t>(*constants_),
                   input_shapes.end());
  hold(*cell_);
  cell_->make_weights_for(of_cell);
  if (options_->stateful && !Sketch::is_on()) make_states(x[0]);
}

void Recurrent::make_states(Dim batch) {
  LACUNA_REQUIRE(batch != None, name(),
                 ": a stateful layer must know the batch size, by batch_input_shape or Input(batch_shape=…). "
                 "Received: batch size=None.");
  if (!carried_->empty() && (*carried_)[0]->spec().shape[0] == batch) return;
  carried_->clear();
  for (const Dim size : cell_->state_size())
    carried_->push_back(std::make_shared<Variable>(text(name(), "/state_", carried_->size()),
                                                   Spec{{batch, size}, dtype()}, Draw{}));
}

std::vector<Symbol> Recurrent::get_initial_state(const Symbol& x) const {
  std::vector<Symbol> states;
  for (const Dim size : cell_->state_size()) states.push_back(full_by_row(x, size, 0));
  return states;
}

void Recurrent::reset_states(const std::vector<tensor::Dense>& states) {
  LACUNA_REQUIRE(options_->stateful, name(),
                 ": reset_states is for layers with stateful=True. Received: stateful=False.");
  if (carried_->empty())
    make_states(state()->batch_input_shape.empty() ? None : state()->batch_input_shape[0]);
  LACUNA_REQUIRE(states.empty() || states.size() == carried_->size(), name(),
                 ": reset_states takes a value for each state, or none. Received: values=", states.size(),
                 ", states=", carried_->size(), ".");
  std::vector<Assignment> all;
  for (size_t j = 0; j < carried_->size(); ++j) {
    tensor::Dense zeros;
    zeros.resize((*carried_)[j]->spec().shape, dtype());
    std::memset(zeros.data.data(), 0, zeros.data.bytes());
    all.push_back({(*carried_)[j].get(), states.empty() ? zeros : states[j]});
  }
  const auto turn = take_turn(*carried_);
  assign(std::move(all));
}

std::vector<Symbol> Recurrent::call(const Inputs& inputs) {
  if (inputs.training || !cell_->branches_on_training()) return run(inputs, inputs.training);
  return in_both_phases([&](bool training) { return run(inputs, training); });
}

std::vector<Symbol> Recurrent::run(const Inputs& inputs, std::optional<bool> training) const {
  const Symbol& x = inputs[0];
  const std::vector<Dim> sizes = cell_->state_size();
  LACUNA_REQUIRE(x.rank() == 3 && x.storage() == Storage::dense, name(),
                 ": the input must be dense, of rank 3: batch, time and features. Received: input=", x.spec(),
                 ".");
  LACUNA_REQUIRE(inputs.size() == 1 + *constants_ || inputs.size() == 1 + sizes.size() + *constants_, name(),
                 ": there must be an initial state for each state of the cell, or none. Received: states=",
                 inputs.size() - 1 - *constants_, ", states of the cell=", sizes.size(), ".");
  LACUNA_REQUIRE(!*constants_ || cell_->takes_constants(), name(),
                 ": the steps of the cell must take constants to be given some. Received: constants=",
                 *constants_, ", cell '", cell_->name(), "'.");
  const size_t end_of_states = inputs.size() - *constants_;
  for (size_t j = 1; j < end_of_states; ++j)
    LACUNA_REQUIRE(inputs[j].rank() == 2 && inputs[j].shape()[1] == sizes[j - 1], name(),
                   ": an initial state must be as wide as the state of the cell. Received: state ", j - 1,
                   ' ', inputs[j].spec(), ", wanted columns=", sizes[j - 1], ".");
  const auto at = [&](size_t i) { return inputs.symbols.begin() + static_cast<std::ptrdiff_t>(i); };
  const CellCall call{
      .x = x, .training = training, .constants = {at(end_of_states), inputs.symbols.end()}, .prepared = true};
  RnnOptions options{.mask = inputs.masks.empty() ? Symbol() : inputs.masks[0],
                     .go_backwards = options_->go_backwards};
  options.carried = *carried_;
  options.initial_states.assign(at(1), at(end_of_states));
  for (const Dim size : sizes) options.state_shapes.push_back({size});
  options.prepare = [&](const Symbol& by_time, const RowsThatCount& rows) {
    return cell_->prepare(call, by_time, rows);
  };
  const RnnResult result = rnn(cell_->step(call), {x}, options);
  std::vector<Symbol> outputs{options_->return_sequences ? result.outputs : result.last_output};
  if (options_->zero_output_for_mask && options.mask) {
    const Symbol mask =
        options_->go_backwards ? slice(options.mask, 1, INT64_MAX, INT64_MIN, -1) : options.mask;
    outputs[0] = multiply(
        outputs[0], options_->return_sequences ? expand_dims(mask, -1) : slice(mask, 1, -1, INT64_MAX, 1));
  }
  if (options_->return_state) outputs.insert(outputs.end(), result.states.begin(), result.states.end());
  return outputs;
}

std::vector<Symbol> Recurrent::compute_masks(const Inputs& inputs) {
  std::vector<Symbol> masks(options_->return_state ? 1 + cell_->state_size().size() : 1);
  if (options_->return_sequences) masks[0] = inputs.masks[0];
  return masks;
}

Symbol Recurrent::activity_loss(const Symbol& output) {
  return options_->activity_regularizer ? options_->activity_regularizer->loss(output) : Symbol();
}

}  // namespace lacuna::layers

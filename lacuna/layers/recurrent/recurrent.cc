// The base of recurrent layers.
#include "lacuna/layers/recurrent/recurrent.h"

#include <cstring>

#include "lacuna/graph/assignment.h"
#include "lacuna/layers/sketch.h"

namespace lacuna::layers {

namespace {

const bool rnn_copied = copyable<RNN>();

}  // namespace

RNN::RNN(std::shared_ptr<Cell> cell, RecurrentOptions options)
    : Recurrent(options, "RNN", [&](const std::string&) { return cell; }) {}

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
  hold(*cell_);
  cell_->make_weights(x);
  if (!options_->stateful || Sketch::is_on()) return;
  LACUNA_REQUIRE(x[0] != None, name(),
                 ": a stateful layer must know the batch size, by batch_input_shape or Input(batch_shape=…). "
                 "Received: shape=",
                 to_string(x), ".");
  carried_->clear();
  for (const Dim size : cell_->state_size())
    carried_->push_back(std::make_shared<Variable>(text(name(), "/state_", carried_->size()),
                                                   Spec{{x[0], size}, dtype()}, Draw{}));
}

void Recurrent::reset_states(const std::vector<tensor::Dense>& states) {
  LACUNA_REQUIRE(options_->stateful, name(),
                 ": reset_states is for layers with stateful=True. Received: stateful=False.");
  LACUNA_REQUIRE(!carried_->empty(), name(),
                 ": reset_states needs a layer that has been called. Received: no call.");
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
  options.prepare = [&](const Symbol& by_time) { return cell_->prepare(call, by_time); };
  const RnnResult result = rnn(cell_->step(call), {x}, options);
  std::vector<Symbol> outputs{options_->return_sequences ? result.outputs : result.last_output};
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

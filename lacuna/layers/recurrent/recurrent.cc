// The base of recurrent layers.
#include "lacuna/layers/recurrent/recurrent.h"

#include "lacuna/layers/in_training_alone.h"

namespace lacuna::layers {

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
      cell_(make_cell(name())) {
  supports_masking();
  LACUNA_REQUIRE(!options.stateful, class_name,
                 ": stateful=True is not supported yet; pass initial_state and use return_state. Received: "
                 "stateful=True.");
}

void Recurrent::build(const std::vector<Shape>& input_shapes) {
  const Shape& x = input_shapes[0];
  LACUNA_REQUIRE(x.size() == 3, name(),
                 ": the input must have rank 3: batch, time and features. Received: shape=", to_string(x),
                 ".");
  hold(*cell_);
  cell_->make_weights(x);
}

std::vector<Symbol> Recurrent::call(const Inputs& inputs) {
  const Symbol& x = inputs[0];
  const std::vector<Dim> sizes = cell_->state_size();
  LACUNA_REQUIRE(x.rank() == 3 && x.storage() == Storage::dense, name(),
                 ": the input must be dense, of rank 3: batch, time and features. Received: input=", x.spec(),
                 ".");
  LACUNA_REQUIRE(inputs.size() == 1 || inputs.size() == 1 + sizes.size(), name(),
                 ": there must be an initial state for each state of the cell, or none. Received: states=",
                 inputs.size() - 1, ", states of the cell=", sizes.size(), ".");
  for (size_t j = 1; j < inputs.size(); ++j)
    LACUNA_REQUIRE(inputs[j].rank() == 2 && inputs[j].shape()[1] == sizes[j - 1], name(),
                   ": an initial state must be as wide as the state of the cell. Received: state ", j - 1,
                   ' ', inputs[j].spec(), ", wanted columns=", sizes[j - 1], ".");
  if (options_->dropout > 0 || options_->recurrent_dropout > 0) refuse_training_elsewhere(name(), inputs);
  const bool drops = inputs.training.value_or(true);
  RnnOptions options{.mask = inputs.masks.empty() ? Symbol() : inputs.masks[0],
                     .go_backwards = options_->go_backwards};
  options.initial_states.assign(inputs.symbols.begin() + 1, inputs.symbols.end());
  for (const Dim size : sizes) options.state_shapes.push_back({size});
  options.prepare = [&](const Symbol& by_time) { return cell_->prepare(by_time, drops); };
  const StepFunction step = [&](const std::vector<Symbol>& prepared, const std::vector<Symbol>& states) {
    return cell_->step(x, drops)(prepared, states);
  };
  const RnnResult result = rnn(step, {x}, options);
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

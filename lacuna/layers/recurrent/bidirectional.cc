// A recurrent layer in both directions of time.
#include "lacuna/layers/recurrent/bidirectional.h"

#include <algorithm>

#include "lacuna/layers/recurrent/nested.h"
#include "lacuna/ops/elementwise/operators.h"
#include "lacuna/ops/elementwise/scalar.h"
#include "lacuna/ops/shape/concatenate.h"
#include "lacuna/ops/shape/slice.h"

namespace lacuna::layers {
namespace {

const char* const kForward = "forward_";

void bidirectional_list(Settings& s, std::shared_ptr<Recurrent>& layer, BidirectionalOptions& o) {
  nested(s, "layer", layer);
  s("merge_mode", o.merge_mode);
  if (s.reads() || o.num_constants > 0) s("num_constants", o.num_constants);
}
const bool bidirectional_registered = known<Bidirectional>("Bidirectional", bidirectional_list);

std::string without_direction(const std::string& name) {
  return name.starts_with(kForward) ? name.substr(std::string_view(kForward).size()) : name;
}

std::shared_ptr<Recurrent> copy_of(const Recurrent& layer, const std::string& name, bool turn) {
  Config config = layer.get_config();
  config["name"] = name;
  if (turn) config["go_backwards"] = !layer.go_backwards();
  return std::dynamic_pointer_cast<Recurrent>(from_config(layer.state()->class_name, config));
}

Symbol merged(const std::string& mode, const Symbol& a, const Symbol& b) {
  if (mode == "sum") return a + b;
  if (mode == "mul") return a * b;
  if (mode == "ave") return (a + b) * 0.5;
  return lacuna::concatenate({a, b}, -1);
}

}  // namespace

Bidirectional::Pair Bidirectional::in_both_directions(const std::shared_ptr<Recurrent>& layer) {
  LACUNA_REQUIRE(layer, "Bidirectional: a layer must be given. Received: null.");
  const std::string name = without_direction(layer->name());
  return {copy_of(*layer, kForward + name, false), copy_of(*layer, "backward_" + name, true)};
}

Bidirectional::Bidirectional(const std::shared_ptr<Recurrent>& layer, const BidirectionalOptions& options)
    : Bidirectional(in_both_directions(layer), options) {}

Bidirectional::Bidirectional(std::shared_ptr<Recurrent> forward, std::shared_ptr<Recurrent> backward,
                             const BidirectionalOptions& options)
    : Layer(common(options), "Bidirectional"),
      forward_(std::move(forward)),
      backward_(std::move(backward)),
      merge_mode_(options.merge_mode),
      constants_(std::make_shared<int64_t>(0)) {
  LACUNA_REQUIRE(
      forward_ && backward_ && forward_->go_backwards() != backward_->go_backwards() &&
          forward_->return_sequences() == backward_->return_sequences() &&
          forward_->return_state() == backward_->return_state(),
      "Bidirectional: the two layers must differ in go_backwards, and agree in return_sequences and "
      "return_state. Received: others.");
  const std::string mode = merge_mode_.value_or("concat");
  LACUNA_REQUIRE(
      mode == "concat" || mode == "sum" || mode == "mul" || mode == "ave",
      "Bidirectional: merge_mode must be 'concat', 'sum', 'mul', 'ave' or None. Received: merge_mode='", mode,
      "'.");
  take_constants(static_cast<size_t>(options.num_constants));
  supports_masking();
  state()->settings = [layer = forward_, o = options, constants = constants_]() mutable {
    Settings settings;
    std::shared_ptr<Recurrent> written = layer;
    o.num_constants = *constants;
    bidirectional_list(settings, written, o);
    return settings.written();
  };
}

void Bidirectional::reset_states() {
  forward_->reset_states();
  backward_->reset_states();
}

void Bidirectional::take_constants(size_t count) {
  *constants_ = static_cast<int64_t>(count);
  forward_->take_constants(count);
  backward_->take_constants(count);
}

template <class T>
std::vector<T> Bidirectional::part(const std::vector<T>& inputs, bool backward) const {
  const auto constants = static_cast<size_t>(*constants_), given = inputs.size() - 1 - constants;
  LACUNA_REQUIRE(
      inputs.size() > constants && given % 2 == 0, name(),
      ": initial states must be a list with as many for the layer as for its copy. Received: states=",
      inputs.size() > constants ? text(given) : std::string("none"), ", constants=", constants, ".");
  const auto states = inputs.begin() + 1 + static_cast<std::ptrdiff_t>(backward ? given / 2 : 0);
  std::vector<T> result{inputs[0]};
  result.insert(result.end(), states, states + static_cast<std::ptrdiff_t>(given / 2));
  result.insert(result.end(), inputs.end() - static_cast<std::ptrdiff_t>(constants), inputs.end());
  return result;
}

void Bidirectional::build(const std::vector<Shape>& input_shapes) {
  for (const bool back : {false, true}) {
    Recurrent& layer = back ? *backward_ : *forward_;
    hold(layer);
    layer.make_weights_for(part(input_shapes, back));
  }
}

std::vector<Symbol> Bidirectional::call(const Inputs& inputs) {
  std::vector<Symbol> symbols = inputs.symbols, outputs, states;
  if (!inputs.masks.empty()) symbols[0] = with_mask(symbols[0], inputs.masks[0]);
  for (const bool back : {false, true}) {
    std::vector<Symbol> made =
        (back ? *backward_ : *forward_)(Inputs(part(symbols, back), inputs.is_list, inputs.training));
    for (Symbol& y : made) y = y.with_origin(nullptr);
    outputs.push_back(back && forward_->return_sequences() ? slice(made[0], 1, INT64_MAX, INT64_MIN, -1)
                                                           : made[0]);
    states.insert(states.end(), made.begin() + 1, made.end());
  }
  if (merge_mode_) outputs = {merged(*merge_mode_, outputs[0], outputs[1])};
  outputs.insert(outputs.end(), states.begin(), states.end());
  return outputs;
}

std::vector<Symbol> Bidirectional::compute_masks(const Inputs& inputs) {
  const size_t outputs = merge_mode_ ? 1 : 2,
               states = forward_->return_state() ? 2 * forward_->cell().state_size().size() : 0;
  std::vector<Symbol> masks(outputs + states);
  if (forward_->return_sequences() && !inputs.masks.empty())
    std::fill_n(masks.begin(), outputs, inputs.masks[0]);
  return masks;
}

}  // namespace lacuna::layers

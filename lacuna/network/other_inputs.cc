// A network on other inputs than its own: its graph with these in their place or, where they have masks, its
// layers called again.
#include <algorithm>

#include "lacuna/graph/gradient.h"
#include "lacuna/layers/calls.h"
#include "lacuna/layers/sketch.h"
#include "lacuna/network/network.h"

namespace lacuna {

Network::Applied Network::applied(const std::vector<Symbol>& inputs) const {
  LACUNA_REQUIRE(inputs.size() == inputs_.size(),
                 "Model: must be called on as many symbols as it has inputs. Received: ", inputs.size(),
                 ", inputs=", inputs_.size(), ".");
  for (size_t i = 0; i < inputs.size(); ++i)
    LACUNA_REQUIRE(inputs[i].rank() == inputs_[i].rank(),
                   "Model: an input must have the rank of the model's. Received: ", inputs[i].spec(),
                   ", input '", input_names_[i], "' ", inputs_[i].spec(), ".");
  if (std::ranges::any_of(inputs, [](const Symbol& s) { return static_cast<bool>(layers::mask_of(s)); }))
    return called_again(inputs);
  Applied result;
  const auto for_inputs = [&](const Symbol& s) {
    return substitute({s}, inputs_, inputs)[0].with_origin(nullptr);
  };
  for (const Symbol& s : substitute(outputs_, inputs_, inputs))
    result.outputs.push_back(s.with_origin(nullptr));
  for (const Symbol& mask : output_masks_) result.masks.push_back(mask ? for_inputs(mask) : Symbol());
  for (const Symbol& s : substitute(activity_losses(), inputs_, inputs))
    result.losses.push_back(s.with_origin(nullptr));
  for (const AddedMetric& metric : added_metrics_)
    result.metrics.push_back({metric.name, for_inputs(metric.value)});
  result.updates = updates();
  for (layers::LayerUpdate& u : result.updates) {
    u.update.value = for_inputs(u.update.value);
    if (u.replaced) u.replaced = for_inputs(u.replaced);
  }
  return result;
}

std::vector<Shape> Network::compute_output_shapes(const std::vector<Shape>& input_shapes) const {
  LACUNA_REQUIRE(input_shapes.size() == inputs_.size(),
                 "compute_output_shape: there must be a shape for each input. Received: shapes=",
                 input_shapes.size(), ", inputs=", inputs_.size(), ".");
  const layers::Sketch all_as_before;
  std::vector<Symbol> inputs;
  for (size_t i = 0; i < inputs_.size(); ++i)
    inputs.push_back(
        placeholder({input_shapes[i], inputs_[i].dtype(), inputs_[i].storage()}, input_names_[i]));
  std::vector<Shape> result;
  for (const Symbol& output : applied(inputs).outputs) result.push_back(output.shape());
  return result;
}

Network::Applied Network::called_again(const std::vector<Symbol>& inputs) const {
  std::vector<Symbol> from = inputs_, to = inputs;  // Symbols of the network, and what stands for them.
  const auto instead = [&](const Symbol& s) {
    const auto found = std::ranges::find(from, s);  // Not by substitute, which would drop the mask.
    return found != from.end() ? to[static_cast<size_t>(found - from.begin())] : substitute({s}, from, to)[0];
  };
  Applied result;
  const layers::Apart apart;  // The layers stay those of this network, whatever layer this runs in.
  for (const auto& call : calls_) {
    if (call->inputs.empty()) continue;  // An input of the network.
    LACUNA_REQUIRE(
        static_cast<bool>(call->again), name_,
        ": a model that is called on an input with a mask must have layers of registered classes (known), "
        "since they are called again. Received: layer '",
        call->layer->name, "' of class ", call->layer->class_name, ".");
    std::vector<Symbol> given;
    for (const Symbol& s : call->inputs) given.push_back(instead(s));
    const std::vector<Symbol> outputs = call->again(given);
    from.insert(from.end(), call->outputs.begin(), call->outputs.end());
    to.insert(to.end(), outputs.begin(), outputs.end());
    const auto made = layers::call_of(outputs[0]);
    layers::remove_call(made);  // The layer's output stays the one that its user knows.
    result.losses.insert(result.losses.end(), made->losses.begin(), made->losses.end());
    result.updates.insert(result.updates.end(), made->updates.begin(), made->updates.end());
    for (size_t i = 0; i < made->metrics.size(); ++i)
      result.metrics.push_back({made->metric_names[i], made->metrics[i].with_origin(nullptr)});
  }
  for (layers::LayerUpdate& u : result.updates) u.update.value = u.update.value.with_origin(nullptr);
  for (const Symbol& s : outputs_) {
    const Symbol output = instead(s), mask = layers::mask_of(output);
    result.outputs.push_back(output.with_origin(nullptr));
    result.masks.push_back(mask ? mask.with_origin(nullptr) : mask);
  }
  return result;
}

}  // namespace lacuna

#include "lacuna/serving/rebuilt.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

#include "lacuna/base/error.h"
#include "lacuna/graph/gradient.h"
#include "lacuna/graph/op.h"
#include "lacuna/layers/sketch.h"

namespace lacuna::serving {
namespace {

using layers::FeatureState;
using layers::LayerState;

[[noreturn]] void not_a_model(const char* what) {
  throw InvalidArgument("Predictor: a model within the model must have a config. Received: one without ",
                        what, ".");
}

const Setting& part_of(const Config& config, const char* key) {
  const auto found = config.find(key);
  if (found == config.end()) not_a_model(key);
  return found->second;
}

bool is_frozen(const Config& config) {
  const auto found = config.find("trainable");
  return found != config.end() && found->second == Setting(false);
}

// Calls f(class_name, config) for the layers of a model's config, without inputs.
template <class F>
void for_each_layer(const Config& config, const F& f) {
  const auto* const entries = part_of(config, "layers").as<SettingList>();
  if (!entries) not_a_model("layers");
  for (const Setting& entry : *entries) {
    if (!entry.config()) not_a_model("class_name");
    const auto* const class_name = part_of(*entry.config(), "class_name").as<std::string>();
    const Config* const of_layer = part_of(*entry.config(), "config").config();
    if (!class_name || !of_layer) not_a_model("class_name or config of a layer");
    if (*class_name != "InputLayer") f(*class_name, *of_layer);
  }
}

// Makes layers, each once. Models within the model are taken apart: their layers are called in place, once
// for each call of the model.
class Maker {
 public:
  explicit Maker(const char* where) : where_(where) {}

  Callable make(const std::string& class_name, const Config& config, bool frozen) {
    if (class_name == "Model") return network(config, frozen || is_frozen(config));
    if (class_name == "Sequential") return sequence(config, frozen || is_frozen(config));
    const std::shared_ptr<layers::Layer> layer = made(class_name, config);
    if (frozen) layer->set_trainable(false);
    layers_.push_back(layer->state());
    return {layer->state(), [layer](const layers::Inputs& inputs) { return (*layer)(inputs); }};
  }

  std::vector<std::shared_ptr<LayerState>> take_layers() { return std::move(layers_); }

 private:
  Callable network(const Config& config, bool frozen) {
    const auto made = std::make_shared<std::map<std::string, Callable>>();
    const auto once = [this, made, frozen](const std::string& class_name, const Config& of_layer) {
      const auto name = of_layer.find("name");
      const std::string key = name == of_layer.end() ? std::string() : to_string(name->second);
      const auto known = made->find(key);
      if (known != made->end() && !key.empty()) return known->second;
      return (*made)[key] = make(class_name, of_layer, frozen);
    };
    for_each_layer(config, once);  // In the order of the network's layers, before any is called.
    return {nullptr, [config, once](const layers::Inputs& inputs) {
              return network_from_config(config, once, inputs.symbols).outputs;
            }};
  }

  Callable sequence(const Config& config, bool frozen) {
    std::vector<Callable> steps;
    for_each_layer(config, [&](const std::string& class_name, const Config& of_layer) {
      steps.push_back(make(class_name, of_layer, frozen));
    });
    return {nullptr, [steps](const layers::Inputs& inputs) {
              std::vector<Symbol> symbols = inputs.symbols;
              for (const Callable& step : steps)
                symbols = step.call(layers::Inputs(symbols, symbols.size() > 1));
              return symbols;
            }};
  }

  std::shared_ptr<layers::Layer> made(const std::string& class_name, const Config& config) const {
    try {
      return layers::from_config(class_name, config);
    } catch (const InvalidArgument& error) {
      const auto name = config.find("name");
      const std::string why = error.what();
      throw InvalidArgument(
          where_,
          ": each layer must be one of the library that is made again from its config. Received: "
          "layer ",
          name == config.end() ? "without a name" : to_string(name->second), " of class ", class_name, "; ",
          why.substr(0, why.find(" Known:")));
    }
  }

  const char* where_;
  std::vector<std::shared_ptr<LayerState>> layers_{};
};

}  // namespace

Rebuilt rebuilt(const char* where, const Config& config) {
  const layers::Sketch without_values;
  Maker maker(where);
  const NetworkParts parts =
      network_from_config(config, [&](const std::string& class_name, const Config& of_layer) {
        return maker.make(class_name, of_layer, false);
      });
  const Network network(parts.inputs, parts.outputs, parts.name);
  Rebuilt result{.inputs = network.fed_inputs(),
                 .outputs = predicted(network),
                 .input_names = network.fed_names(),
                 .output_names = network.output_names(),
                 .layers = maker.take_layers()};
  for (size_t i = 0; i < result.inputs.size(); ++i)
    result.id_limits.push_back(network.takes_ids(i) ? network.id_limit(i) : 0);
  return result;
}

std::vector<Symbol> predicted(const Network& network) {
  const Network::Frozen frozen = network.frozen();
  return frozen.from.empty() ? network.outputs() : substitute(network.outputs(), frozen.from, frozen.to);
}

std::vector<VariablePtr> variables_of(const std::vector<Symbol>& outputs) {
  std::vector<VariablePtr> result;
  for (const auto& node : in_order(outputs))
    if (VariablePtr variable = variable_of(Symbol(node, 0))) result.push_back(std::move(variable));
  return result;
}

std::vector<FeatureState*> features_of(const std::vector<std::shared_ptr<LayerState>>& layers) {
  std::vector<FeatureState*> result;
  for (const auto& layer : layers)
    for (FeatureState* feature : layer->features())
      if (!std::ranges::count(result, feature)) result.push_back(feature);
  return result;
}

void require_same(const char* where, const std::vector<Symbol>& now, const std::vector<Symbol>& again) {
  const auto a = in_order(now), b = in_order(again);
  std::unordered_map<const Node*, size_t> place_a, place_b;
  const auto differ = [&](const Node& node) {
    throw InvalidArgument(
        where,
        ": the model must compute the same when it is made again from its config. Received: a "
        "layer that its config does not describe, at op ",
        node.op().name(), " ", node.out()[0], ".");
  };
  for (size_t i = 0; i < a.size(); ++i) {
    if (i >= b.size()) differ(*a[i]);
    const Node &x = *a[i], &y = *b[i];
    place_a[&x] = place_b[&y] = i;
    bool same = x.op().name() == y.op().name() && x.out() == y.out() && x.in().size() == y.in().size();
    for (size_t k = 0; same && k < x.in().size(); ++k)
      same = place_a.at(x.in(k).node().get()) == place_b.at(y.in(k).node().get()) &&
             x.in(k).output() == y.in(k).output();
    if (!same) differ(x);
  }
  for (size_t i = 0; i < now.size(); ++i)
    if (i >= again.size() || place_a.at(now[i].node().get()) != place_b.at(again[i].node().get()))
      differ(*now[i].node());
}

}  // namespace lacuna::serving

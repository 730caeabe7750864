// What a layer holds: its weights, those of its inner layers, and its config.
#include <algorithm>
#include <iterator>
#include <unordered_set>
#include <utility>

#include "lacuna/layers/layer.h"

namespace lacuna::layers {
namespace {

bool holds(const LayerState& layer, const LayerState& other) {
  return &layer == &other ||
         std::ranges::any_of(layer.inner, [&](const auto& held) { return holds(*held, other); });
}

}  // namespace

void add_new(std::vector<Weight*>& all, const std::vector<Weight*>& more) {
  std::unordered_set<Weight*> there(all.begin(), all.end());
  for (Weight* w : more)
    if (there.insert(w).second) all.push_back(w);
}

void LayerState::hold(const std::shared_ptr<LayerState>& layer) {
  if (std::ranges::count(inner, layer)) return;
  LACUNA_REQUIRE(!holds(*layer, *this), name,
                 ": a layer must not hold itself, nor a model or layer that holds it. Received: '",
                 layer->name, "'.");
  if (inner.size() < keys_to_come.size()) {
    const Config none, *one = keys_to_come[inner.size()].config();
    Settings keys("layer", one ? *one : none);
    int64_t drawn = 0;
    keys("key", drawn);
    if (drawn) layer->key = static_cast<uint64_t>(drawn);
    if (const Setting* more = keys.find("inner_keys"); more && more->as<SettingList>())
      layer->keys_to_come = *more->as<SettingList>();
  }
  inner.push_back(layer);
}

SettingList LayerState::inner_keys() const {
  SettingList result;
  bool any = false;
  for (const auto& layer : inner) {
    Config one{{"key", static_cast<int64_t>(layer->key)}};
    if (SettingList more = layer->inner_keys(); !more.empty()) one["inner_keys"] = std::move(more);
    any |= layer->key || one.size() > 1;
    result.emplace_back(std::move(one));
  }
  return any ? result : SettingList();
}

void LayerState::set_own_weights(const std::vector<VariablePtr>& variables, bool learn) {
  for (Weight& w : weights) w.trainable = std::ranges::count(variables, w.variable) > 0 ? learn : !learn;
  for (const VariablePtr& v : variables) {
    if (std::ranges::count(weights, v, &Weight::variable)) continue;
    v->set_weight();
    weights.push_back({.variable = v, .trainable = learn});
  }
}

std::vector<Weight*> LayerState::ordered_weights() {
  std::vector<Weight*> result, all;
  for (const bool first : {true, false})
    for (Weight& w : weights)
      if (w.trainable == first) result.push_back(&w);
  for (const auto& layer : inner) std::ranges::copy(layer->ordered_weights(), std::back_inserter(all));
  add_new(result, all);
  return result;
}

std::vector<FeatureState*> LayerState::features() const {
  std::vector<FeatureState*> result;
  if (feature) result.push_back(feature.get());
  for (const auto& layer : inner)
    for (FeatureState* more : layer->features())
      if (std::ranges::count(result, more) == 0) result.push_back(more);
  return result;
}

std::vector<Weight*> LayerState::trainable_weights() {
  std::vector<Weight*> result, all;
  if (!trainable) return result;
  for (Weight& w : weights)
    if (w.trainable) result.push_back(&w);
  for (const auto& layer : inner) std::ranges::copy(layer->trainable_weights(), std::back_inserter(all));
  add_new(result, all);
  return result;
}

Config LayerState::config() const {
  LACUNA_REQUIRE(static_cast<bool>(settings),
                 "get_config: the layer must say what its settings are. Received: layer '", name,
                 "' of class ", class_name, ".");
  Config result = common_config();
  result.merge(settings());
  return result;
}

Config LayerState::common_config() const {
  Config result{{"name", name}};
  if (is_model) {  // Keras has no flag for models: written only if false.
    if (!trainable) result["trainable"] = false;
    return result;
  }
  if (class_name != "InputLayer") result["trainable"] = trainable;
  result["dtype"] = name_of(dtype);
  Settings shape;
  Shape given = batch_input_shape;
  if (!given.empty()) result.merge(Config(shape.shape("batch_input_shape", given).written()));
  return result;
}

}  // namespace lacuna::layers

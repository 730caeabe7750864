// A layer in the settings of another one, as Keras writes it: {"class_name": …, "config": …}.
#pragma once
#include "lacuna/layers/layer.h"

namespace LACUNA_EXPORT lacuna {
namespace layers {

Setting nested_config(const Layer& layer);
std::shared_ptr<Layer> nested_layer(const Settings& of, const char* name, const Setting& setting);

// Write or read the setting `name`: a layer, or a list of layers.
template <class L>
void nested(Settings& s, const char* name, std::vector<std::shared_ptr<L>>& layers) {
  if (!s.reads()) {
    SettingList all;
    for (const auto& layer : layers) all.push_back(nested_config(*layer));
    return s.write(name, std::move(all));
  }
  const Setting* given = s.find(name);
  if (!given) throw InvalidArgument(s.of(), ": the config must have ", name, ". Received: none.");
  const SettingList* list = given->as<SettingList>();
  for (const Setting& one : list ? *list : SettingList{*given}) {
    layers.push_back(std::dynamic_pointer_cast<L>(nested_layer(s, name, one)));
    if (!layers.back()) s.wrong_value(name, "of a class that fits there", one);
  }
}
template <class L>
void nested(Settings& s, const char* name, std::shared_ptr<L>& layer) {
  if (!s.reads()) return s.write(name, layer ? nested_config(*layer) : Setting());  // None among defaults.
  std::vector<std::shared_ptr<L>> one;
  nested(s, name, one);
  if (one.size() != 1) s.wrong_value(name, "one layer", *s.find(name));
  layer = one[0];
}

// Adds a class beside those of known(): a model, which is made by another room.
bool add_nested(const std::string& class_name, std::shared_ptr<Layer> (*make)(const Config& config));

}  // namespace layers
}  // namespace lacuna

// What a layer is, in one line.
#include "lacuna/layers/shown.h"

#include <algorithm>

#include "lacuna/base/names.h"
#include "lacuna/layers/calls.h"

namespace lacuna::layers {
namespace {

const std::vector<std::string> kOfEveryLayer{"name", "trainable", "dtype", "batch_input_shape"};

// Whether a setting says what its class does anyway: no activation is the linear one, and no strides are
// ones.
bool is_usual(const Setting& is, const Setting& was) {
  if (is == was) return true;
  if (was.is_none()) return is == Setting("linear");
  const auto *all = is.as<SettingList>(), *none = was.as<SettingList>();
  return all && none && none->empty() &&
         std::ranges::all_of(*all, [](const Setting& one) { return one == Setting(1); });
}

// The settings that differ from those of the class, in the order of its list; of an unknown class all.
std::vector<std::pair<std::string, Setting>> shown_settings(const std::string& class_name,
                                                            const Config& config) {
  std::vector<std::pair<std::string, Setting>> result;
  const Settings usual = default_settings(class_name);
  const auto add = [&](const std::string& name) {
    const auto is = config.find(name), was = usual.written().find(name);
    if (is == config.end() || is->second.is_none()) return;
    if (was == usual.written().end() || !is_usual(is->second, was->second))
      result.emplace_back(name, is->second);
  };
  for (const std::string& name : usual.order()) add(name);
  for (const auto& [name, value] : config)
    if (!usual.written().contains(name) && std::ranges::count(kOfEveryLayer, name) == 0) add(name);
  return result;
}

// An object's config as the call that makes it, with what differs: RandomNormal(stddev=0.01).
std::string shown_setting(const Setting& setting) {
  const Config* object = setting.config();
  if (!object || !object->contains("class_name")) return to_string(setting);
  const auto* class_name = object->at("class_name").as<std::string>();
  if (!class_name) return to_string(setting);
  std::string settings;
  if (const auto config = object->find("config"); config != object->end() && config->second.config())
    for (const auto& [name, value] : shown_settings(*class_name, *config->second.config()))
      settings += text(settings.empty() ? "" : ", ", name, '=', shown_setting(value));
  return settings.empty() ? in_quotes(*class_name) : text(cut(*class_name), '(', cut(settings), ')');
}

std::string listed_specs(const std::vector<Symbol>& symbols) {
  std::string result;
  for (const Symbol& symbol : symbols) result += text(result.empty() ? "" : ", ", symbol.spec());
  return result;
}

}  // namespace

std::string shown(const LayerState& layer) {
  std::string told;
  const auto add = [&](const std::string& part) { told += (told.empty() ? ": " : ", ") + part; };
  const bool is_input = layer.class_name == "InputLayer";
  if (!is_input && layer.settings)
    for (const auto& [name, value] : shown_settings(layer.class_name, layer.settings()))
      add(text(name, '=', shown_setting(value)));
  if (!layer.trainable) add("trainable=False");
  if (!is_input && layer.dtype != floatx()) add(text("dtype=", in_quotes(name_of(layer.dtype))));
  const auto calls = calls_of(layer);
  if (is_input && !calls.empty()) add(listed_specs(calls.back()->outputs));
  else if (!calls.empty()) add("input " + listed_specs(calls.back()->inputs));
  return text('<', layer.class_name, ' ', in_quotes(layer.name), told, '>');
}

std::string shown(const Layer& layer) { return shown(*layer.state()); }

}  // namespace lacuna::layers

// Layers in the settings of other layers.
#include "lacuna/layers/recurrent/nested.h"

#include <map>

namespace lacuna::layers {
namespace {

auto& nested_classes() {
  static auto* all = new std::map<std::string, std::shared_ptr<Layer> (*)(const Config&)>;
  return *all;
}

}  // namespace

Setting nested_config(const Layer& layer) {
  const std::string& class_name = layer.state()->class_name;
  Config config = layer.get_config();
  if (nested_classes().contains(class_name)) {  // Models have no dtype, and a flag only if it is false.
    config.erase("dtype");
    if (const auto flag = config.find("trainable"); flag != config.end() && flag->second == Setting(true))
      config.erase(flag);
  }
  return Config{{"class_name", class_name}, {"config", std::move(config)}};
}

std::shared_ptr<Layer> nested_layer(const Settings& of, const char* name, const Setting& setting) {
  const Config* both = setting.config();
  if (!both) of.wrong_type(name, "{'class_name': …, 'config': {…}}", setting);
  Settings parts(of.of(), *both);
  std::string class_name;
  parts("class_name", class_name);
  const Setting* config = parts.find("config");
  if (!config || !config->config()) of.wrong_value(name, "{'class_name': …, 'config': {…}}", setting);
  const auto other = nested_classes().find(class_name);
  return other != nested_classes().end() ? other->second(*config->config())
                                         : from_config(class_name, *config->config());
}

bool add_nested(const std::string& class_name, std::shared_ptr<Layer> (*make)(const Config&)) {
  nested_classes()[class_name] = make;
  return true;
}

}  // namespace lacuna::layers

// Functions without a name in a config, and what holds them.
#include "lacuna/models/nameless.h"

#include <algorithm>

#include "lacuna/base/error.h"

namespace lacuna {
namespace {

// Python's names for functions without one, and the default name of a C++ function.
bool is_nameless(const std::string& name) {
  return name == "<lambda>" || name == "partial" || name == "function";
}

void find(const Setting& setting, const std::string& holder, std::vector<std::string>& found) {
  if (const auto* value = setting.as<std::string>()) {
    if (is_nameless(*value) && std::ranges::count(found, holder) == 0) found.push_back(holder);
  } else if (const auto* list = setting.as<SettingList>()) {
    for (const Setting& item : *list) find(item, holder, found);
  } else if (const Config* config = setting.config()) {
    const auto own = config->find("name");
    const std::string* name = own == config->end() ? nullptr : own->second.as<std::string>();
    for (const auto& [key, one] : *config) {
      if (key == "name" || key == "inbound_nodes" || key == "input_layers" || key == "output_layers" ||
          key == "function_type")
        continue;
      find(one, name ? text("layer '", *name, "'") : holder.empty() ? key : holder, found);
    }
  }
}

}  // namespace

std::vector<std::string> nameless(const Config& config) {
  std::vector<std::string> found;
  find(config, "", found);
  return found;
}

}  // namespace lacuna

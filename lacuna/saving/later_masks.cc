// For Embedding(mask_zero=True) Keras 3 writes a layer NotEqual(ids, 0), for Masking NotEqual(x, mask_value)
// and Any of it, and gives the result to each layer as the argument `mask`.
#include "lacuna/saving/later_masks.h"

#include <algorithm>
#include <set>
#include <string>

#include "lacuna/base/error.h"

namespace lacuna::saving {
namespace {

const Setting& setting_in(const Setting& of, const char* name) {
  static const Setting none;
  if (!of.config()) return none;
  const auto found = of.config()->find(name);
  return found == of.config()->end() ? none : found->second;
}

const SettingList& items_of(const Setting& list) {
  static const SettingList none;
  return list.as<SettingList>() ? *list.as<SettingList>() : none;
}

// [layer, call, output] of a tensor as Keras 3 writes it; none for what is no tensor.
const Setting& history(const Setting& tensor) {
  return setting_in(setting_in(tensor, "config"), "keras_history");
}

bool is_named(const std::set<std::string>& names, const Setting& name) {
  return name.as<std::string>() && names.contains(*name.as<std::string>());
}
bool is_made_by(const std::set<std::string>& names, const Setting& at) {
  return !items_of(at).empty() && is_named(names, items_of(at)[0]);
}

// Whether a layer masks by `tensor != value`.
bool masks_by(const Setting& layer, const Setting& tensor, const Setting& value) {
  const Setting &kind = setting_in(layer, "class_name"), &config = setting_in(layer, "config");
  const bool fits = (kind == Setting("Embedding") && setting_in(config, "mask_zero") == Setting(true) &&
                     (value == Setting(0) || value == Setting(0.0))) ||
                    (kind == Setting("Masking") && setting_in(config, "mask_value") == value);
  return fits && std::ranges::any_of(items_of(setting_in(layer, "inbound_nodes")), [&](const Setting& call) {
           const SettingList& tensors = items_of(call);
           if (tensors.size() != 1 || items_of(tensors[0]).size() < 3) return false;
           const SettingList& first = items_of(tensors[0]);
           return Setting(SettingList(first.begin(), first.begin() + 3)) == tensor;
         });
}

// The names of the layers that make masks which are made anyway.
std::set<std::string> names_of_masks(const SettingList& layers) {
  std::set<std::string> names;
  const auto add = [&](const Setting& layer) { names.insert(*setting_in(layer, "name").as<std::string>()); };
  for (const char* kind : {"NotEqual", "Any"})
    for (const Setting& layer : layers) {
      const SettingList& calls = items_of(setting_in(layer, "inbound_nodes"));
      if (setting_in(layer, "class_name") != Setting(kind) || calls.size() != 1 ||
          !setting_in(layer, "name").as<std::string>())
        continue;
      const SettingList &tensors = items_of(calls[0]), &args = items_of(setting_in(calls[0], "args"));
      if (tensors.size() == 1 && is_made_by(names, tensors[0])) add(layer);
      if (args.size() == 2 && std::ranges::any_of(layers, [&](const Setting& one) {
            return masks_by(one, history(args[0]), args[1]);
          }))
        add(layer);
    }
  return names;
}

// Whether an argument is one of these masks, or a list of them and of None.
bool is_mask(const std::set<std::string>& masks, const Setting& given) {
  if (given.is_none() || is_made_by(masks, history(given))) return true;
  return !items_of(given).empty() &&
         std::ranges::all_of(items_of(given), [&](const Setting& one) { return is_mask(masks, one); });
}

bool holds_tensors(const Setting& given) {
  return !history(given).is_none() || std::ranges::any_of(items_of(given), holds_tensors);
}

// An input in a call, [layer, call, output, arguments], without these masks.
Setting without(const std::set<std::string>& masks, const Setting& layer, const Setting& input) {
  SettingList parts = items_of(input);
  if (parts.size() < 4 || !parts[3].config()) return input;
  Config arguments;
  for (const auto& [name, value] : *parts[3].config()) {
    if (name == "mask" && is_mask(masks, value)) continue;
    LACUNA_REQUIRE(!holds_tensors(value),
                   "load_model: a tensor among the arguments of a layer's call must be the mask of an "
                   "Embedding or a Masking. Received: layer ",
                   to_string(setting_in(layer, "name")), ", argument '", name, "'.");
    arguments.emplace(name, value);
  }
  parts[3] = std::move(arguments);
  return parts;
}

}  // namespace

void leave_out_masks(Config& model) {
  const auto found = model.find("layers");
  if (found == model.end()) return;
  const SettingList layers = items_of(found->second);
  const std::set<std::string> masks = names_of_masks(layers);
  SettingList rest;
  for (const Setting& layer : layers) {
    if (!layer.config() || is_named(masks, setting_in(layer, "name"))) continue;
    SettingList calls;
    for (const Setting& call : items_of(setting_in(layer, "inbound_nodes"))) {
      SettingList inputs;
      for (const Setting& input : items_of(call)) inputs.push_back(without(masks, layer, input));
      calls.push_back(call.config() ? call : Setting(inputs));
    }
    Config left = *layer.config();
    left["inbound_nodes"] = std::move(calls);
    rest.emplace_back(std::move(left));
  }
  found->second = std::move(rest);
}

}  // namespace lacuna::saving

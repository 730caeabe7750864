// What TensorFlow's Keras 2 says in other words than Keras 2.2.4.
#include "lacuna/saving/later_keras.h"

#include <algorithm>
#include <optional>
#include <string_view>

namespace lacuna::saving {
namespace {

// A setting that came later, of classes whose names end so.
struct Later {
  std::string_view name;
  std::vector<std::string_view> classes;
  std::optional<Setting> meaningless;  // The value that changes nothing; empty: any.
};

const std::vector<Later>& later_settings() {
  static const std::vector<std::string_view> recurrent{"RNN", "GRU", "LSTM"},
      by_depth{"SeparableConv1D", "SeparableConv2D", "DepthwiseConv2D"};
  static const std::vector<Later> all{
      {"ragged", {"InputLayer"}, false},
      {"groups", {"Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose", "Conv3DTranspose"}, 1},
      {"keepdims", {"Pooling1D", "Pooling2D", "Pooling3D"}, false},
      {"implementation", {"LocallyConnected1D", "LocallyConnected2D"}, 1},
      {"time_major", recurrent, false},
      {"zero_output_for_mask", recurrent, false},
      {"synchronized", {"BatchNormalization"}, false},
      {"kernel_initializer", by_depth, {}},  // Their kernels have other names.
      {"kernel_regularizer", by_depth, Setting()},
      {"kernel_constraint", by_depth, Setting()},
  };
  return all;
}

// Settings of optimizers, of any class.
const std::vector<Later>& later_optimizer_settings() {
  static const std::vector<Later> all{
      {"name", {}, {}},
      {"jit_compile", {}, {}},
      {"is_legacy_optimizer", {}, {}},
      {"ema_momentum", {}, {}},
      {"ema_overwrite_frequency", {}, {}},
      {"use_ema", {}, false},
      {"weight_decay", {}, Setting()},
      {"clipnorm", {}, Setting()},
      {"clipvalue", {}, Setting()},
      {"global_clipnorm", {}, Setting()},
  };
  return all;
}

bool is_of(const Later& later, std::string_view class_name) {
  return later.classes.empty() ||
         std::ranges::any_of(later.classes, [&](std::string_view end) { return class_name.ends_with(end); });
}

void leave_out(const std::vector<Later>& settings, std::string_view class_name, Config& config) {
  for (const Later& later : settings) {
    const auto found = config.find(std::string(later.name));
    if (found != config.end() && is_of(later, class_name) &&
        (!later.meaningless || found->second == *later.meaningless))
      config.erase(found);
  }
}

std::string older_class(std::string name) {
  constexpr std::string_view kCustom = "Custom>";  // TensorFlow's own optimizers too are registered so.
  if (name.starts_with(kCustom)) name.erase(0, kCustom.size());
  if (name == "Functional") return "Model";
  if (name == "L1" || name == "L2") return "L1L2";
  return name;
}

Setting translated(const Setting& setting);

Config translated_parts(const Config& config) {
  Config result;
  for (const auto& [name, value] : config) result.emplace(name, translated(value));
  return result;
}

// The name that a policy of dtypes has: {"class_name": "Policy", "config": {"name": "float32"}}.
Setting dtype_of(const Config& policy) {
  const auto name = policy.find("name");
  return name == policy.end() ? Setting() : name->second;
}

Setting translated(const Setting& setting) {
  if (const auto* list = setting.as<SettingList>()) {
    SettingList result;
    for (const Setting& item : *list) result.push_back(translated(item));
    return result;
  }
  if (!setting.config()) return setting;
  Config both = translated_parts(*setting.config());
  const auto name = both.find("class_name"), held = both.find("config");
  if (name == both.end() || held == both.end()) return both;
  const auto* class_name = name->second.as<std::string>();
  if (!class_name || !held->second.config()) return both;
  const std::string older = older_class(*class_name);
  if (older == "Policy") return dtype_of(*held->second.config());
  Config config = *held->second.config();
  leave_out(later_settings(), older, config);
  if (const auto axis = config.find("axis"); axis != config.end() && older == "BatchNormalization")
    if (const auto* axes = axis->second.as<SettingList>(); axes && axes->size() == 1)
      axis->second = Setting((*axes)[0]);
  name->second = older;
  held->second = std::move(config);
  return both;
}

}  // namespace

Config in_older_words(const Config& config) {
  Config result = *translated(config).config();
  const auto optimizer = result.find("optimizer_config");
  if (optimizer == result.end() || !optimizer->second.config()) return result;
  Config both = *optimizer->second.config();
  const auto held = both.find("config");
  if (held == both.end() || !held->second.config()) return result;
  Config settings = *held->second.config();
  leave_out(later_optimizer_settings(), "", settings);
  held->second = std::move(settings);
  optimizer->second = std::move(both);
  return result;
}

}  // namespace lacuna::saving

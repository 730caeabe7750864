// What TensorFlow's Keras 2 and Keras 3 say in other words than Keras 2.2.4.
#include "lacuna/saving/later_keras.h"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <set>
#include <string_view>

#include "lacuna/base/error.h"
#include "lacuna/saving/later_masks.h"

namespace lacuna::saving {
namespace {

// A setting that came later, of classes whose names end so.
struct Later {
  std::string_view name;
  std::vector<std::string_view> classes;
  std::optional<Setting> meaningless;  // The value that changes nothing; empty: any.
};

const std::vector<Later>& later_settings() {
  static const std::vector<std::string_view> recurrent{"RNN", "GRU", "LSTM", "Cell"},
      by_depth{"SeparableConv1D", "SeparableConv2D", "DepthwiseConv2D"};
  static const std::vector<Later> all{
      {"ragged", {"InputLayer"}, false},
      {"groups", {"Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose", "Conv3DTranspose"}, 1},
      {"keepdims", {"Pooling1D", "Pooling2D", "Pooling3D"}, false},
      {"implementation", {"LocallyConnected1D", "LocallyConnected2D"}, 1},
      {"time_major", recurrent, false},
      {"zero_output_for_mask", recurrent, false},
      {"seed", recurrent, Setting()},
      {"synchronized", {"BatchNormalization"}, false},
      {"renorm", {"BatchNormalization"}, false},
      {"renorm_clipping", {"BatchNormalization"}, Setting()},
      {"renorm_momentum", {"BatchNormalization"}, {}},
      {"optional", {"InputLayer"}, false},
      {"input_axes", {}, Setting()},
      {"output_axes", {}, Setting()},
      {"quantization_config", {}, Setting()},
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
      {"loss_scale_factor", {}, Setting()},
      {"gradient_accumulation_steps", {}, Setting()},
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
  if (name == "DTypePolicy") return "Policy";
  return name;
}

// Whether a version is one of TensorFlow's Keras 2 or of Keras 3: 2.2.4-tf, 2.4.0, 3.1.0.
bool is_later(const std::string& version) {
  if (version.ends_with("-tf")) return true;
  int major = 0, minor = 0;
  return std::sscanf(version.c_str(), "%d.%d", &major, &minor) == 2 &&
         (major > 2 || (major == 2 && minor > 3));
}

// What a BatchNormalization does that no Keras writes. Lacuna says it in the config, or in a file beside it;
// else the layer acts as in the Keras that wrote it: a later one names its module, or the file its version.
void tell_dialect(Config& both, bool later, Config& config) {
  if (!config.contains("moving_mean_initializer")) return;  // One's own class of that name.
  later |= both.contains("module");
  for (const auto& [name, of_keras] :
       {std::pair("frozen_uses_averages", later), std::pair("unbiased_variance", !later)}) {
    const auto beside = both.find(name);
    config.emplace(name, beside != both.end() ? beside->second : Setting(of_keras));
    if (beside != both.end()) both.erase(beside);
  }
}

Setting translated(const Setting& setting, bool later);

Config translated_parts(const Config& config, bool later) {
  Config result;
  for (const auto& [name, value] : config) result.emplace(name, translated(value, later));
  return result;
}

// The name that a policy of dtypes has: {"class_name": "Policy", "config": {"name": "float32"}}.
Setting dtype_of(const Config& policy) {
  const auto name = policy.find("name");
  return name == policy.end() ? Setting() : name->second;
}

// Appends the tensors in the arguments of a call, as Keras 3 writes them, as [layer, call, output, kwargs].
// Returns false for what is no tensor.
bool add_tensors(const Setting& argument, const Config& kwargs, SettingList& all) {
  if (const auto* list = argument.as<SettingList>())
    return std::ranges::all_of(*list, [&](const Setting& one) { return add_tensors(one, kwargs, all); });
  if (!argument.config()) return false;
  const auto held = argument.config()->find("config");
  if (held == argument.config()->end() || !held->second.config()) return false;
  const auto history = held->second.config()->find("keras_history");
  if (history == held->second.config()->end() || !history->second.as<SettingList>()) return false;
  SettingList tensor = *history->second.as<SettingList>();
  tensor.push_back(kwargs);
  all.push_back(std::move(tensor));
  return true;
}

// One call of a layer: {"args": …, "kwargs": …} becomes a list of tensors, of which initial states are the
// last. A call of anything but tensors stays. training=False is in each file, and says only how the model was
// made.
Setting older_call(const Setting& call) {
  if (!call.config() || !call.config()->contains("args")) return call;
  Config kwargs;
  Setting states = SettingList{};
  if (const auto given = call.config()->find("kwargs");
      given != call.config()->end() && given->second.config())
    for (const auto& [name, value] : *given->second.config()) {
      if (value.is_none() || (name == "training" && value == Setting(false))) continue;
      if (name == "initial_state") states = value;
      else kwargs.emplace(name, value);
    }
  SettingList tensors;
  const bool all =
      add_tensors(call.config()->at("args"), kwargs, tensors) && add_tensors(states, {}, tensors);
  return all ? Setting(std::move(tensors)) : call;
}

// A single input or output, ["a", 0, 0], is a list of one.
void list_alone(Config& config, const char* name) {
  const auto found = config.find(name);
  if (found == config.end()) return;
  const auto* list = found->second.as<SettingList>();
  if (list && !list->empty() && (*list)[0].as<std::string>()) found->second = SettingList{Setting(*list)};
}

// A Bidirectional names its layer "forward_…" and has a second one, which is left out if it is what a copy of
// the first would be.
void leave_out_copy(Config& both) {
  const auto layer = both.find("layer"), copy = both.find("backward_layer");
  if (layer == both.end() || copy == both.end() || !layer->second.config() || !copy->second.config()) return;
  const auto bare = [](const Config& of, bool turn) {
    Config result = of;
    const auto held = result.find("config");
    if (held == result.end() || !held->second.config()) return result;
    Config config = *held->second.config();
    config.erase("name");
    if (const auto back = config.find("go_backwards");
        turn && back != config.end() && back->second.as<bool>())
      back->second = Setting(!*back->second.as<bool>());
    held->second = std::move(config);
    return result;
  };
  Config given = *layer->second.config();
  if (bare(given, true) != bare(*copy->second.config(), false)) return;
  both.erase(copy);
  const auto held = given.find("config");
  if (held == given.end() || !held->second.config()) return;
  Config config = *held->second.config();
  const auto name = config.find("name");
  constexpr std::string_view kForward = "forward_";
  if (name != config.end() && name->second.as<std::string>() &&
      name->second.as<std::string>()->starts_with(kForward))
    name->second = name->second.as<std::string>()->substr(kForward.size());
  held->second = std::move(config);
  both["layer"] = std::move(given);
}

// Calls f for each layer in the config of a model.
template <class F>
void for_each_layer(const Config& model, const F& f) {
  const auto layers = model.find("layers");
  const auto* list = layers == model.end() ? nullptr : layers->second.as<SettingList>();
  for (size_t i = 0; list && i < list->size(); ++i)
    if ((*list)[i].config()) f(*(*list)[i].config());
}

const SettingList& list_in(const Config& config, const char* name) {
  static const SettingList none;
  const auto found = config.find(name);
  const auto* list = found == config.end() ? nullptr : found->second.as<SettingList>();
  return list ? *list : none;
}

// Whether the calls in a model's config are as Keras 3 writes them.
bool is_of_keras_3(const Config& model) {
  bool is = false;
  for_each_layer(model, [&](const Config& layer) {
    for (const Setting& call : list_in(layer, "inbound_nodes"))
      is |= call.config() && call.config()->contains("args");
  });
  return is;
}

// Keras 2 counts the calls of a model in a model from 1, since the first made it; Keras 3 from 0.
SettingList counted_from_1(const SettingList& tensors, const std::set<std::string>& models) {
  SettingList result;
  for (const Setting& one : tensors) {
    const auto* tensor = one.as<SettingList>();
    if (!tensor) return tensors;
    SettingList moved = *tensor;
    const auto* name = moved.empty() ? nullptr : moved[0].as<std::string>();
    if (name && moved.size() > 1 && models.contains(*name) && moved[1].as<int64_t>())
      moved[1] = *moved[1].as<int64_t>() + 1;
    result.push_back(std::move(moved));
  }
  return result;
}

void count_models_from_1(Config& model) {
  std::set<std::string> models;
  for_each_layer(model, [&](const Config& layer) {
    const auto kind = layer.find("class_name"), name = layer.find("name");
    if (kind == layer.end() || name == layer.end() || !name->second.as<std::string>()) return;
    if (kind->second == Setting("Model") || kind->second == Setting("Sequential"))
      models.insert(*name->second.as<std::string>());
  });
  SettingList layers;
  for_each_layer(model, [&](const Config& layer) {
    Config moved = layer;
    SettingList calls;
    for (const Setting& call : list_in(layer, "inbound_nodes"))
      calls.push_back(call.as<SettingList>() ? Setting(counted_from_1(*call.as<SettingList>(), models))
                                             : call);
    moved["inbound_nodes"] = std::move(calls);
    layers.push_back(std::move(moved));
  });
  model["layers"] = std::move(layers);
  model["output_layers"] = counted_from_1(list_in(model, "output_layers"), models);
}

Setting translated(const Setting& setting, bool later) {
  if (const auto* list = setting.as<SettingList>()) {
    SettingList result;
    for (const Setting& item : *list) result.push_back(translated(item, later));
    return result;
  }
  if (!setting.config()) return setting;
  Config both = translated_parts(*setting.config(), later);
  const auto name = both.find("class_name"), held = both.find("config");
  if (name == both.end() || held == both.end()) return both;
  const auto* class_name = name->second.as<std::string>();
  if (!class_name || !held->second.config()) return both;
  for (const char* note : {"shared_object_id", "build_config"}) both.erase(note);
  const std::string older = older_class(*class_name);
  if (older == "Policy") return dtype_of(*held->second.config());
  Config config = *held->second.config();
  leave_out(later_settings(), older, config);
  if (const auto axis = config.find("axis"); axis != config.end() && older == "BatchNormalization")
    if (const auto* axes = axis->second.as<SettingList>(); axes && axes->size() == 1)
      axis->second = Setting((*axes)[0]);
  if (older == "BatchNormalization") tell_dialect(both, later, config);
  if (older == "Model") {
    for (const char* ends : {"input_layers", "output_layers"}) list_alone(config, ends);
    if (is_of_keras_3(*setting.config()->at("config").config())) {
      leave_out_masks(config);
      count_models_from_1(config);
    }
  }
  if (older == "Bidirectional") leave_out_copy(config);
  if (older == "LeakyReLU" && config.contains("negative_slope")) {
    config["alpha"] = config["negative_slope"];
    config.erase("negative_slope");
  }
  name->second = older;
  held->second = std::move(config);
  if (const auto calls = both.find("inbound_nodes"); calls != both.end())
    if (const auto* list = calls->second.as<SettingList>()) {
      SettingList older_calls;
      for (const Setting& call : *list) older_calls.push_back(older_call(call));
      calls->second = std::move(older_calls);
    }
  return both;
}

}  // namespace

void require_keras_2(const char* where, const std::string& version) {
  LACUNA_REQUIRE(
      !version.starts_with("1."), where,
      ": the layers and weights of Keras 1 are not read; load the model in Keras 2 and save it again. "
      "Received: keras_version='",
      version, "'.");
}

Config in_older_words(const Config& config, const std::string& written_by) {
  const auto version = config.find("keras_version");
  const auto* own = version == config.end() ? nullptr : version->second.as<std::string>();
  if (own) require_keras_2("model_from_config", *own);
  Config result = *translated(config, is_later(own ? *own : written_by)).config();
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

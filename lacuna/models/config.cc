// Converts models to configs and back.
#include "lacuna/layers/input.h"
#include "lacuna/models/sequential.h"
#include "lacuna/saving/json.h"
#include "lacuna/saving/later_keras.h"

namespace lacuna {
namespace {

const Config& nested(const char* where, const Setting* setting) {
  LACUNA_REQUIRE(setting && setting->config(), where,
                 ": the config must be what get_config gives. Received: ",
                 setting ? to_string(*setting) : "one without class_name, config or layers", ".");
  return *setting->config();
}

struct Named {
  std::string class_name{};
  const Config* config = nullptr;
  uint64_t key = 0;
  SettingList inner_keys{};
};

// {"class_name": …, "config": …}; ignores keys that it does not know.
Named named(const char* where, const Config& both) {
  Settings settings(where, both);
  Named result;
  settings("class_name", result.class_name);
  result.config = &nested(where, settings.find("config"));
  if (const Setting* key = settings.find("key"); key && key->as<int64_t>())
    result.key = static_cast<uint64_t>(*key->as<int64_t>());
  if (const Setting* keys = settings.find("inner_keys"); keys && keys->as<SettingList>())
    result.inner_keys = *keys->as<SettingList>();
  return result;
}

Callable callable(const std::string& class_name, const Config& config) {
  if (class_name == "Sequential") {
    Sequential model = Sequential::from_config(config);
    return {nullptr, [model](const layers::Inputs& inputs) mutable {
              if (!model.built() && inputs.size() == 1) model.build(inputs[0].shape());
              return model(inputs.symbols);
            }};
  }
  if (class_name == "Model") {
    Model model = Model::from_config(config);
    return {nullptr, [model](const layers::Inputs& inputs) mutable { return model(inputs.symbols); }};
  }
  const auto layer = layers::from_config(class_name, config);
  return {layer->state(), [layer](const layers::Inputs& inputs) { return (*layer)(inputs); }};
}

void freeze_as(Model& model, const Config& config) {
  const auto found = config.find("trainable");
  if (found != config.end() && found->second == Setting(false)) model.set_itself_trainable(false);
}

}  // namespace

Config Model::get_config() {
  trainer();
  return state()->config();
}

std::string Model::to_json() {
  Config config = get_config();
  return lacuna::to_json({{"class_name", state() ? state()->class_name : "Sequential"},
                          {"config", std::move(config)},
                          {"keras_version", kKerasVersion},
                          {"backend", "lacuna"}});
}

Model Model::from_config(const Config& config) {
  NetworkParts parts = network_from_config(config, callable);
  Model model(parts.inputs, parts.outputs, parts.name);
  freeze_as(model, config);
  return model;
}

std::optional<Config> Model::training_config() const {
  if (!trainer_ || !trainer_->is_compiled()) return std::nullopt;
  if (trainer_->compiled("training_config")->targets().empty()) return std::nullopt;  // Only of add_loss.
  return lacuna::to_config(trainer_->options());
}

std::optional<Config> Sequential::training_config() const {
  if (!state_->options) return std::nullopt;
  return lacuna::to_config(*state_->options);
}

Config Sequential::get_config() { return built() ? Model::get_config() : unbuilt_config(); }

Sequential Sequential::from_config(const Config& config) {
  Settings settings("Sequential", config);
  std::string name;
  Shape input;
  settings("name", name).shape("build_input_shape", input);
  const Setting* all = settings.find("layers");
  LACUNA_REQUIRE(
      all && all->as<SettingList>(),
      "Sequential: the config must hold a list of layers. Received: ", all ? to_string(*all) : "none", ".");
  Sequential model({}, name);
  for (const Setting& entry : *all->as<SettingList>()) {
    const Named one = named("Sequential", nested("Sequential", &entry));
    if (one.class_name == "InputLayer") {
      model.add(layers::input_from_config(*one.config));
      continue;
    }
    if (one.class_name == "Sequential") {
      model.add(from_config(*one.config));
      continue;
    }
    if (one.class_name == "Model") {
      model.add(Model::from_config(*one.config));
      continue;
    }
    auto layer = layers::from_config(one.class_name, *one.config);
    if (one.key) layer->state()->key = one.key;
    layer->state()->keys_to_come = one.inner_keys;
    model.add(AnyLayer(std::move(layer)));
  }
  if (!input.empty() && !model.built()) model.build(input);
  if (model.built()) model.trainer();
  freeze_as(model, config);
  return model;
}

Model model_from_config(const Config& config) {
  const Named one = named("model_from_config", config);
  if (one.class_name == "Model") return Model::from_config(*one.config);
  LACUNA_REQUIRE(one.class_name == "Sequential",
                 "model_from_config: class_name must be 'Model' or 'Sequential'. Received: class_name='",
                 one.class_name, "'.");
  Sequential model = Sequential::from_config(*one.config);
  LACUNA_REQUIRE(model.built(),
                 "model_from_config: the shape of the input must be known; "
                 "Sequential::from_config takes a model without it. Received: model '",
                 model.name(), "'.");
  return model;  // NOLINT(cppcoreguidelines-slicing): a Model of the same network, whose shape is known.
}

Model model_from_json(const std::string& json) {
  return model_from_config(saving::in_older_words(from_json("model_from_json", json)));
}

Model clone_model(Model& model) {
  Config config = model.get_config();
  return model_from_config({{"class_name", model.state() ? model.state()->class_name : "Sequential"},
                            {"config", std::move(config)}});
}

}  // namespace lacuna

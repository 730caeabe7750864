// Whole models in files: Keras 2's layout, and one attribute, "lacuna", for what Keras has no place for.
#include "lacuna/models/model_file.h"

#include <cerrno>
#include <filesystem>

#include "lacuna/base/message.h"
#include "lacuna/base/path.h"
#include "lacuna/layers/weight_limit.h"
#include "lacuna/models/nameless.h"
#include "lacuna/optimizers/own.h"
#include "lacuna/saving/json.h"
#include "lacuna/saving/keras_archive.h"
#include "lacuna/saving/later_keras.h"
#include "lacuna/saving/optimizer_state.h"
#include "lacuna/saving/read_all.h"
#include "lacuna/saving/weights.h"

namespace lacuna {
namespace {

constexpr int64_t kFormat = 1;  // One more whenever older versions can no longer read what is written.

// Moves settings that no Keras knows, and that have no default of their own, from a layer's config to a place
// beside it, where Keras does not look; in_older_words moves them back.
void set_beside(Config& both) {
  const auto name = both.find("class_name"), held = both.find("config");
  if (name == both.end() || name->second != Setting("BatchNormalization") || held == both.end() ||
      !held->second.config())
    return;
  Config config = *held->second.config();
  for (const char* ours : {"frozen_uses_averages", "unbiased_variance"}) {
    const auto setting = config.find(ours);
    if (setting == config.end()) continue;
    both[ours] = setting->second;
    config.erase(setting);
  }
  both["config"] = std::move(config);
}

// Removes settings that Keras 2 or Keras-MXNet does not know if they have their default values, so that they
// can read the rest.
Setting for_keras(const Setting& setting) {
  static const Config ours{{"sparse_weight", false}, {"sparse_grad", false}, {"lazy_update", true},
                           {"combiner", Setting()},  {"weighted", true},     {"subtract_mean", true},
                           {"amsgrad", false}};
  if (const auto* list = setting.as<SettingList>()) {
    SettingList result;
    for (const Setting& item : *list) result.push_back(for_keras(item));
    return result;
  }
  if (!setting.config()) return setting;
  Config result;
  for (const auto& [name, value] : *setting.config()) {
    if (name == "functions_here") continue;  // Lambda's keys of functions, which only this process knows.
    const auto always = ours.find(name);
    if (always == ours.end() || always->second != value) result.emplace(name, for_keras(value));
  }
  set_beside(result);
  return result;
}

std::string json_for_keras(Config config) { return to_json(*for_keras(std::move(config)).config()); }

// Warns already at the save that load_model cannot restore all of the file.
void warn_of_nameless(const Config& config) {
  const auto found = nameless(config);
  if (found.empty()) return;
  std::string all;
  for (const auto& holder : found) all += (all.empty() ? "" : ", ") + holder;
  warn(
      text("save: functions are saved by name, and load_model cannot find one that has none; give it a name "
           "with def, and "
           "load_model(custom_objects={name: function}), or save_weights alone. Received: a function without "
           "a name in ",
           all.substr(0, 200), "."));
}

// Writes all that training changes, as it is between two steps.
void put(const hdf5::Group& root, Trainer& trainer, bool include_optimizer, saving::Outgoing& outgoing) {
  // An optimizer of one's own runs its own code for its config, which may run other graphs: not within the
  // turn.
  std::optional<Config> training;
  if (include_optimizer && trainer.is_compiled() &&
      dynamic_cast<const optimizers::Own*>(trainer.compiled("save")->optimizer.get()))
    training = to_config(trainer.options());
  const auto turn = trainer.network().turn().take();
  saving::write_weights(root.group("model_weights"), trainer.network(), outgoing);
  const auto random = trainer.random_state();
  Config state{{"format", kFormat},
               {"steps", random.steps},
               {"seed", static_cast<int64_t>(random.seed)},
               {"shuffle_seed", static_cast<int64_t>(random.shuffle_seed)},
               {"shuffles", random.shuffles}};
  if (const auto at = trainer.position())
    state["fit"] = Setting(Config{{"epoch", int64_t{at->epoch}},
                                  {"batch", at->batch},
                                  {"shuffles", at->shuffles},
                                  {"batch_size", at->batch_size},
                                  {"source", at->source},
                                  {"place", SettingList(at->place.begin(), at->place.end())}});
  root.write_text("lacuna", to_json(state));
  if (const std::string note = trainer.note(); !note.empty()) root.write_text("lacuna_note", note);
  if (!include_optimizer || !trainer.is_compiled()) return;
  if (trainer.compiled("save")->targets().empty())
    return;  // Its loss is one of add_loss, which no file keeps.
  if (!training) {
    training = to_config(trainer.options());
    // Throws now if the learning rate was set to an invalid value, not only when the file is read.
    Arg<optimizers::Optimizer> again;
    Settings("save", *training)("optimizer_config", again);
  }
  warn_of_nameless(*training);
  root.write_text("training_config", json_for_keras(*training));
  saving::write_optimizer(root.group("optimizer_weights"), *trainer.options().optimizer, trainer.network(),
                          outgoing);
}

void write(const hdf5::Group& root, Model& model, bool include_optimizer) {
  Config of_model = model.get_config();
  warn_of_nameless(of_model);
  Trainer& trainer = model.trainer();  // Throws where there is no network yet.
  root.write_text("keras_version", kKerasVersion);
  root.write_text("backend", hdf5::kMark);
  root.write_text("model_config", json_for_keras({{"class_name", model.state()->class_name},
                                                  {"config", std::move(of_model)}}));
  saving::Outgoing outgoing;
  put(root, trainer, include_optimizer, outgoing);
  outgoing.write();
}

void require_free(const char* where, const std::string& path, const SaveOptions& options) {
  std::error_code none;
  if (!options.overwrite && std::filesystem::exists(checked_path(where, path), none))
    path_failed(where, "the file must not be there unless overwrite is True", path, EEXIST);
}

void write_weights_alone(const hdf5::Group& root, Network& network) {
  saving::Outgoing outgoing;
  {
    const auto turn = network.turn().take();
    saving::write_weights(root, network, outgoing);
  }
  outgoing.write();
}

// Keras 1 wrote its version since 1.1.1; the configs of older files show it by the names of their settings.
void require_keras_2(const char* where, const hdf5::Group& group) {
  if (group.has("keras_version")) return saving::require_keras_2(where, group.text("keras_version"));
  if (!group.has("model_config")) return;
  const std::string config = group.text("model_config");
  for (const char* setting : {"\"W_regularizer\"", "\"border_mode\""})
    if (config.find(setting) != std::string::npos) saving::require_keras_2(where, "1.0");
}

void read_weights_alone(const hdf5::File& file, Network& network, const LoadWeightsOptions& options) {
  LACUNA_REQUIRE(
      options.by_name || !options.skip_mismatch,
      "load_weights: skip_mismatch is for by_name=True. Received: by_name=False, skip_mismatch=True.");
  const hdf5::Group& root = file.root();
  const hdf5::Group group =
      root.has_group("model_weights") && !root.has("layer_names") ? root.group("model_weights") : root;
  require_keras_2("load_weights", group);
  const auto turn = network.turn().take();
  if (options.by_name) saving::read_weights_by_name(group, network, options.skip_mismatch, options.reshape);
  else saving::read_weights(group, network, options.reshape);
}

Model make(const ModelFile& file, bool compile) {
  Model model = [&] {
    const layers::WeightLimit limit(file.weight_bytes());
    return model_from_config(file.model_config());
  }();
  file.restore_weights(model);
  const auto training = compile ? file.training_config() : std::nullopt;
  if (training) {
    model.compile(compile_options(*training));
    file.restore_training(model);
  }
  return model;
}

}  // namespace

ModelFile ModelFile::open(const char* where, const std::string& path) {
  return ModelFile(saving::open_file(where, path));
}

ModelFile::ModelFile(hdf5::File file) : file_(std::move(file)) {
  const hdf5::Group& root = file_.root();
  if (!root.has("model_config"))
    root.wrong("the file must hold a model", root.has("layer_names")
                                                 ? "weights alone, which load_weights reads"
                                                 : "a file without model_config");
  require_keras_2("load_model", root);
  const auto config_of = [&](const char* name) {
    return saving::in_older_words(from_json("load_model", root.text(name)),
                                  root.has("keras_version") ? root.text("keras_version") : std::string());
  };
  model_config_ = config_of("model_config");
  if (root.has("training_config")) training_config_ = config_of("training_config");
  if (!root.has("lacuna")) return;  // A file of Keras.
  if (root.has("lacuna_note")) note_ = root.text("lacuna_note");
  int64_t format = 0, seed = 0, shuffle_seed = 0;
  Config config = from_json("load_model", root.text("lacuna"));
  if (const auto fit = config.find("fit"); fit != config.end() && fit->second.config()) {
    Settings at("load_model", *fit->second.config());
    Trainer::Position p;  // Not emplaced: clang takes it for one that has no default while Trainer is made.
    at("epoch", p.epoch)("batch", p.batch)("shuffles", p.shuffles)("batch_size", p.batch_size)(
        "source", p.source)("place", p.place);
    position_ = std::move(p);
    config.erase(fit);
  }
  Settings settings("load_model", config);
  Settings& s = settings;
  s("format", format)("steps", random_.emplace().steps)("seed", seed);
  s("shuffle_seed", shuffle_seed)("shuffles", random_->shuffles);
  random_->seed = static_cast<uint64_t>(seed);
  random_->shuffle_seed = static_cast<uint64_t>(shuffle_seed);
  if (format < 1 || format > kFormat)
    root.wrong(text("the file must be of a version that this one knows, up to ", kFormat),
               text("format=", format));
}

std::optional<Config> ModelFile::training_config() const {
  if (!training_config_)
    warn("load_model: the file holds no training_config, so that the model is not compiled.");
  return training_config_;
}

std::optional<double> ModelFile::learning_rate() const {
  if (!training_config_) return std::nullopt;
  const auto optimizer = training_config_->find("optimizer_config");
  if (optimizer == training_config_->end() || !optimizer->second.config()) return std::nullopt;
  const auto config = optimizer->second.config()->find("config");
  if (config == optimizer->second.config()->end() || !config->second.config()) return std::nullopt;
  const auto rate = config->second.config()->find("lr");
  if (rate == config->second.config()->end()) return std::nullopt;
  if (const auto* number = rate->second.as<double>()) return *number;
  if (const auto* whole = rate->second.as<int64_t>()) return static_cast<double>(*whole);
  return std::nullopt;
}

void ModelFile::restore_weights(Model& model) const {
  const auto turn = model.network().turn().take();
  saving::read_weights(file_.root().group("model_weights"), model.network());
  if (random_) model.trainer().set_random_state(*random_);
  if (!note_.empty()) model.trainer().set_note(note_);
}

void ModelFile::restore_training(Model& model) const {
  const hdf5::Group& root = file_.root();
  if (!root.has_group("optimizer_weights")) return;
  const auto turn = model.network().turn().take();
  optimizers::Optimizer& optimizer = *model.trainer().options().optimizer;
  if (!saving::read_optimizer(root.group("optimizer_weights"), optimizer, model.network()))
    warn(
        "load_model: the file's optimizer_weights are not those of a Lacuna model, so that the optimizer "
        "starts "
        "anew.");
}

void Model::save(const std::string& path, const SaveOptions& options) {
  require_free("save", path, options);
  hdf5::File file = hdf5::File::create("save", path);
  write(file.root(), *this, options.include_optimizer);
  file.finish();
}

std::string Model::save_to_bytes(bool include_optimizer) {
  hdf5::File file = hdf5::File::create("save_to_bytes");
  write(file.root(), *this, include_optimizer);
  return file.finish_bytes();
}

void Model::save_weights(const std::string& path, const SaveOptions& options) {
  require_free("save_weights", path, options);
  hdf5::File file = hdf5::File::create("save_weights", path);
  write_weights_alone(file.root(), network());
  file.finish();
}

std::string Model::save_weights_to_bytes() {
  hdf5::File file = hdf5::File::create("save_weights_to_bytes");
  write_weights_alone(file.root(), network());
  return file.finish_bytes();
}

void Model::load_weights(const std::string& path, const LoadWeightsOptions& options) {
  read_weights_alone(saving::open_file("load_weights", path), network(), options);
}

void Model::load_weights_from_bytes(const std::string& bytes, const LoadWeightsOptions& options) {
  read_weights_alone(saving::open_bytes("load_weights", bytes), network(), options);
}

Model load_model(const std::string& path, bool compile) {
  return make(ModelFile(saving::open_model("load_model", path)), compile);
}

Model load_model_from_bytes(const std::string& bytes, bool compile) {
  return make(ModelFile(saving::open_model_bytes("load_model", bytes)), compile);
}

}  // namespace lacuna

// A .keras file holds config.json and model.weights.h5, without compression. The weights lie in groups named
// by the classes of layers: layers/dense/vars/0, layers/dense_1/vars/0,
// layers/bidirectional/forward_layer/cell/vars/0.
#include "lacuna/saving/keras_archive.h"

#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "lacuna/base/error.h"
#include "lacuna/base/names.h"
#include "lacuna/saving/json.h"
#include "lacuna/saving/names.h"
#include "lacuna/saving/read_all.h"

namespace lacuna::saving {
namespace {

constexpr std::string_view kZip = "PK\x03\x04";

// Reads little-endian numbers; throws beyond the end.
class Zip {
 public:
  Zip(const char* where, std::string_view bytes) : where_(where), bytes_(bytes) {}

  std::string member(std::string_view name) const {
    constexpr std::string_view kEnd = "PK\x05\x06", kEntry = "PK\x01\x02";
    const size_t end = bytes_.rfind(kEnd);
    require(end != std::string_view::npos, "it is cut off");
    size_t at = number(end + 16, 4);
    for (size_t left = number(end + 10, 2); left > 0; --left) {
      require(part(at, 4) == kEntry, "its list of members is damaged");
      const size_t length = number(at + 28, 2), size = number(at + 24, 4), local = number(at + 42, 4);
      if (part(at + 46, length) == name) {
        require(number(at + 10, 2) == 0, "a member is compressed, which Keras does not do");
        const std::string_view held = part(local + 30 + number(local + 26, 2) + number(local + 28, 2), size);
        const auto* data = reinterpret_cast<const Bytef*>(held.data());
        require(crc32_z(0, data, held.size()) == number(at + 16, 4), "a member is damaged");
        return std::string(held);
      }
      at += 46 + length + number(at + 30, 2) + number(at + 32, 2);
    }
    require(false, text("it has no member '", name, "'"));
    return {};
  }

 private:
  void require(bool holds, const std::string& why) const {
    LACUNA_REQUIRE(holds, where_,
                   ": a .keras file must be a ZIP archive as Keras 3 writes it, below 4 GiB. Received: ", why,
                   ".");
  }
  std::string_view part(size_t at, size_t size) const {
    require(at <= bytes_.size() && size <= bytes_.size() - at, "it is cut off");
    return bytes_.substr(at, size);
  }
  size_t number(size_t at, size_t size) const {
    size_t result = 0;
    for (size_t i = size; i-- > 0;) result = result << 8 | static_cast<unsigned char>(part(at + i, 1)[0]);
    return result;
  }

  const char* where_;
  std::string_view bytes_;
};

const Config& config_in(const Config& of, const char* name) {
  static const Config none;
  const auto found = of.find(name);
  return found == of.end() || !found->second.config() ? none : *found->second.config();
}
std::string text_in(const Config& of, const char* name) {
  const auto found = of.find(name);
  return found == of.end() || !found->second.as<std::string>() ? "" : *found->second.as<std::string>();
}

// The arrays of a layer, in Keras 2's order: those that are trained, then the others.
struct Arrays {
  std::vector<tensor::Dense> trained{}, others{};
};

void collect(const hdf5::Group& group, const Config& layer, bool trainable, Arrays& all);

// Calls f(layer, name of its group) for the layers or cells in a list: the second Dense is dense_1.
template <class F>
void each_in(const Config& config, const char* list, const F& f) {
  const auto found = config.find(list);
  const auto* items = found == config.end() ? nullptr : found->second.as<SettingList>();
  std::map<std::string, int> met;
  for (size_t i = 0; items && i < items->size(); ++i) {
    const Config* layer = (*items)[i].config();
    if (!layer) continue;
    const std::string kind = snake_case(text_in(*layer, "class_name"));
    const int before = met[kind]++;
    f(*layer, before ? text(kind, '_', before) : kind);
  }
}

void collect(const hdf5::Group& group, const Config& layer, bool trainable, Arrays& all) {
  const Config& config = config_in(layer, "config");
  const auto flag = config.find("trainable");
  if (flag != config.end() && flag->second == Setting(false)) trainable = false;
  if (group.has_group("vars")) {
    const hdf5::Group vars = group.group("vars");
    std::vector<tensor::Dense> own;
    for (std::string name = "0"; vars.has_array(name); name = std::to_string(own.size()))
      own.push_back(
          vars.array(name, vars.holds_floats(name) ? DType::float32 : DType::int64, vars.shape(name)));
    // The moving averages are the last two.
    const bool moves = text_in(layer, "class_name") == "BatchNormalization" && own.size() >= 2;
    const size_t trained = !trainable ? 0 : moves ? own.size() - 2 : own.size();
    for (size_t i = 0; i < own.size(); ++i)
      (i < trained ? all.trained : all.others).push_back(std::move(own[i]));
  }
  for (const auto& [name, key] :
       {std::pair{"cell", "cell"}, std::pair{"layer", "layer"}, std::pair{"forward_layer", "layer"},
        std::pair{"backward_layer", "backward_layer"}})
    if (group.has_group(name)) collect(group.group(name), config_in(config, key), trainable, all);
  for (const char* list : {"cells", "layers"})
    if (group.has_group(list))
      each_in(config, list, [&, inner = group.group(list)](const Config& one, const std::string& name) {
        if (inner.has_group(name)) collect(inner.group(name), one, trainable, all);
      });
}

// compile_config in the words of training_config; without an optimizer, none.
Config training_of(const Config& compiled) {
  if (config_in(compiled, "optimizer").empty()) return {};
  Config training = compiled;
  training["optimizer_config"] = compiled.at("optimizer");
  training.erase("optimizer");
  return training;
}

void write_layers(const hdf5::Group& from, const Config& model, const hdf5::Group& to) {
  std::vector<std::string> names;
  each_in(config_in(model, "config"), "layers", [&](const Config& layer, const std::string& name) {
    Arrays all;
    if (from.has_group(name)) collect(from.group(name), layer, true, all);
    std::ranges::move(all.others, std::back_inserter(all.trained));
    names.push_back(as_path(text_in(config_in(layer, "config"), "name")));
    const hdf5::Group group = to.group(names.back());
    std::vector<std::string> weights;
    for (const tensor::Dense& values : all.trained) {
      weights.push_back(text("weight_", weights.size()));
      group.write_array(weights.back(), values);
    }
    group.write_texts("weight_names", weights);
  });
  to.write_texts("layer_names", names);
}

std::string in_layout_of_keras_2(const char* where, std::string_view bytes) {
  const Zip zip(where, bytes);
  const Config model = from_json(where, zip.member("config.json"));
  const hdf5::File weights = saving::open_bytes(where, zip.member("model.weights.h5"));
  hdf5::File file = hdf5::File::create(where);
  const hdf5::Group& root = file.root();
  root.write_text("keras_version", "3");
  root.write_text("model_config", to_json({{"class_name", text_in(model, "class_name")},
                                           {"config", config_in(model, "config")}}));
  const Config training = training_of(config_in(model, "compile_config"));
  if (!training.empty()) {
    root.write_text("training_config", to_json(training));
    // A name that no optimizer knows: its reader warns that the optimizer starts anew.
    root.group("optimizer_weights").write_texts("weight_names", {"of Keras 3"});
  }
  const hdf5::Group group = root.group("model_weights");
  write_layers(weights.root().group("layers"), model, group);
  return file.finish_bytes();
}

}  // namespace

hdf5::File open_model_bytes(const char* where, const std::string& bytes) {
  return saving::open_bytes(where, bytes.starts_with(kZip) ? in_layout_of_keras_2(where, bytes) : bytes);
}

hdf5::File open_model(const char* where, const std::string& path) {
  std::error_code none;  // A pipe, for one, must not be opened twice; errors are those of HDF5's File.
  if (!std::filesystem::is_regular_file(path, none)) return saving::open_file(where, path);
  std::ifstream file(path, std::ios::binary);
  std::string start(kZip.size(), 0);
  if (!file.read(start.data(), static_cast<std::streamsize>(start.size())) || start != kZip)
    return saving::open_file(where, path);
  file.seekg(0);
  return open_model_bytes(where, {std::istreambuf_iterator<char>(file), {}});
}

}  // namespace lacuna::saving

// Writes and reads weights.
#include "lacuna/saving/weights.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <map>
#include <set>

#include "lacuna/base/message.h"
#include "lacuna/base/names.h"
#include "lacuna/graph/assignment.h"
#include "lacuna/layers/features/feature.h"
#include "lacuna/saving/json.h"
#include "lacuna/saving/names.h"
#include "lacuna/tensor/row_table.h"
#include "lacuna/tensor/weight_rows.h"

namespace lacuna::saving {
namespace {

using layers::LayerState;
using layers::Weight;

// As in Keras: the second of two weights of one name is name_1.
std::vector<std::string> unique_names(const std::vector<Weight*>& weights) {
  std::vector<std::string> names;
  std::set<std::string> taken;
  std::map<std::string, int> last;
  for (const Weight* w : weights) {
    const std::string& base = w->variable->name();
    std::string name = base;
    while (!taken.insert(name).second) name = text(base, '_', ++last[base]);
    names.push_back(std::move(name));
  }
  return as_paths(names);
}

constexpr const char* kDraws[] = {"constant", "uniform", "normal", "truncated_normal", "identity"};

void write_draw(const hdf5::Group& group, const Draw& draw) {
  group.write_text("draw", kDraws[static_cast<size_t>(draw.kind)]);
  const double numbers[] = {draw.a, draw.b};
  group.write_array("draw_numbers", tensor::Dense::of<double>({2}, numbers));
  group.write_number("draw_key", static_cast<int64_t>(draw.key));
}

Draw read_draw(const hdf5::Group& group) {
  const std::string kind = group.text("draw");
  const auto found = std::ranges::find(kDraws, kind);
  if (found == std::end(kDraws))
    group.wrong("draw must be one of this version of Lacuna", text("'", kind, "'"));
  const tensor::Dense numbers = group.array("draw_numbers", DType::float64, {2});
  return {.kind = static_cast<Draw::Kind>(found - std::begin(kDraws)),
          .a = numbers.values<double>()[0],
          .b = numbers.values<double>()[1],
          .key = static_cast<uint64_t>(group.number("draw_key"))};
}

void check_ids(const hdf5::Group& group, const tensor::RowSparse& rows) {
  std::vector<int64_t> sorted(rows.row_ids().begin(), rows.row_ids().end());
  std::ranges::sort(sorted);
  if (std::ranges::adjacent_find(sorted) != sorted.end() ||
      (!sorted.empty() && (sorted.front() < 0 || sorted.back() >= rows.shape[0])))
    group.wrong("ids must be unique and within the weight's rows",
                text("ids of a weight of shape ", to_string(rows.shape)));
}

// Whether an array of another shape holds as many values.
bool holds_as_many(const hdf5::Group& group, const std::string& name, const Shape& shape) {
  if (!group.has_array(name)) return false;
  const Shape held = group.shape(name);
  return held != shape && size_of(held) == size_of(shape);
}

Assignment read_one(const hdf5::Group& group, const std::string& name, Variable& variable, bool reshape) {
  const Spec& spec = variable.spec();
  if (reshape && holds_as_many(group, name, spec.shape)) {
    tensor::Dense values = group.array(name, spec.dtype, group.shape(name));
    values.shape = spec.shape;
    return {&variable, std::move(values)};
  }
  Assignment found{&variable, read_tensor(group, name, spec.dtype, spec.shape)};
  if (found.value.storage() == Storage::row_sparse) found.draw = read_draw(group.group(name));
  return found;
}

// What layers of features have learned: a group for each, with an array for each part.
std::string place_of_learned(size_t i) { return text("learned_", i); }

void write_learned(const hdf5::Group& of_layer, const LayerState& layer, Outgoing& outgoing) {
  const auto features = layer.features();
  for (size_t i = 0; i < features.size(); ++i) {
    auto kept = features[i]->kept();
    const hdf5::Group group = of_layer.group(place_of_learned(i));
    std::vector<std::string> names;
    for (auto& [name, values] : kept) {
      names.push_back(name);
      outgoing.put(group, name, std::move(values));
    }
    group.write_texts("names", names);
  }
}

DType dtype_in_file(const hdf5::Group& group, const std::string& name) {
  return name == "bytes" ? DType::uint8 : group.holds_floats(name) ? DType::float64 : DType::int64;
}

// What puts in place what a file holds for layers of features, once all of the file is known to fit.
using Learned = std::vector<std::function<void()>>;

void read_learned(const hdf5::Group& of_layer, const LayerState& layer, Learned& learned) {
  const auto features = layer.features();
  for (size_t i = 0; i < features.size(); ++i) {
    if (!of_layer.has_group(place_of_learned(i))) continue;
    const hdf5::Group group = of_layer.group(place_of_learned(i));
    layers::FeatureState::Kept kept;
    for (const std::string& name : group.texts("names"))
      kept.emplace(name, group.array(name, dtype_in_file(group, name), {None}));
    if (!kept.empty()) learned.push_back(features[i]->restorer(kept));
  }
}

// A layer in a file.
struct Held {
  hdf5::Group group;
  std::vector<std::string> names;  // Of its weights.
  explicit Held(hdf5::Group opened) : group(std::move(opened)), names(group.texts("weight_names")) {}
};

// Appends to `all` the file's values for the weights of one layer.
void read_layer(const Held& held, LayerState& layer, bool reshape, std::vector<Assignment>& all) {
  const auto weights = layer.ordered_weights();
  if (held.names.size() != weights.size())
    held.group.wrong(
        text("layer '", layer.name, "' must have as many weights as the model's, which has ", weights.size()),
        text("weights=", held.names.size()));
  std::vector<Assignment> read;
  for (size_t i = 0; i < weights.size(); ++i)
    read.push_back(read_one(held.group, held.names[i], *weights[i]->variable, reshape));
  std::ranges::move(read, std::back_inserter(all));
}

}  // namespace

void write_tensor(const hdf5::Group& group, const std::string& name, const Tensor& value) {
  if (value.storage() == Storage::dense) return group.write_array(name, value.dense());
  const tensor::RowSparse& rows = value.row_sparse();
  const auto count = static_cast<Dim>(rows.row_ids().size());
  const hdf5::Group inner = group.group(name);
  inner.write_array("ids", {.dtype = DType::int64, .shape = {count}, .data = Buffer::alias(rows.ids)});
  tensor::Dense all{.dtype = rows.dtype, .shape = rows.shape, .data = Buffer::alias(rows.data)};
  all.shape[0] = count;
  inner.write_array("rows", all);
}

Tensor read_tensor(const hdf5::Group& group, const std::string& name, DType dtype, const Shape& shape) {
  if (!group.has_group(name)) return group.array(name, dtype, shape);
  const hdf5::Group inner = group.group(name);
  if (shape.size() < 2) inner.wrong(text("'", name, "' must be an array"), "rows by their ids");
  tensor::RowSparse rows;
  rows.shape = shape;
  rows.dtype = dtype;
  rows.ids = inner.array("ids", DType::int64, {None}).data;
  Shape of_rows = shape;
  of_rows[0] = static_cast<Dim>(rows.row_ids().size());
  rows.data = inner.array("rows", dtype, of_rows).data;
  check_ids(inner, rows);
  return rows;
}

void write_weights(const hdf5::Group& group, const Network& network, Outgoing& outgoing) {
  std::vector<std::string> layer_names;
  for (const auto& layer : network.layers()) layer_names.push_back(layer->name);
  layer_names = as_paths(layer_names);
  group.write_text("backend", hdf5::kMark);  // First: a truncated file loses its start last.
  group.write_text("keras_version", kKerasVersion);
  group.write_texts("layer_names", layer_names);
  for (size_t l = 0; l < layer_names.size(); ++l) {
    const auto& layer = network.layers()[l];
    const hdf5::Group of_layer = group.group(layer_names[l]);
    const auto weights = layer->ordered_weights();
    const auto names = unique_names(weights);
    of_layer.write_texts("weight_names", names);
    for (size_t i = 0; i < weights.size(); ++i) {
      Variable& variable = *weights[i]->variable;
      if (const auto draw = WeightRows(variable.value()).draw()) {
        outgoing.put(of_layer, names[i], variable.value().table().to_row_sparse(false));
        write_draw(of_layer.group(names[i]), *draw);
      } else {
        outgoing.put(of_layer, names[i], variable.to_dense());
      }
    }
    write_learned(of_layer, *layer, outgoing);
  }
}

namespace {

// Layers of features of the file and of the network, in order. A file without any, such as one of Keras,
// leaves those of the network as they are.
Learned learned_in(const hdf5::Group& group, const Network& network) {
  std::vector<hdf5::Group> held;
  for (const std::string& name : group.texts("layer_names"))
    if (hdf5::Group one = group.group(name); one.has_group(place_of_learned(0)))
      held.push_back(std::move(one));
  std::vector<const LayerState*> layers;
  for (const auto& layer : network.layers())
    if (!layer->features().empty()) layers.push_back(layer.get());
  Learned result;
  if (held.empty()) return result;
  if (held.size() != layers.size())
    group.wrong(text("the file must hold what as many layers have learned as the model has that learn, ",
                     layers.size()),
                text("layers=", held.size()));
  for (size_t i = 0; i < held.size(); ++i) read_learned(held[i], *layers[i], result);
  return result;
}

}  // namespace

void read_weights(const hdf5::Group& group, Network& network, bool reshape) {
  std::vector<LayerState*> layers;
  for (const auto& layer : network.layers())
    if (!layer->ordered_weights().empty()) layers.push_back(layer.get());
  std::vector<Held> held;
  for (const std::string& name : group.texts("layer_names"))
    if (Held one(group.group(name)); !one.names.empty()) held.push_back(std::move(one));
  if (held.size() != layers.size())
    group.wrong(
        text("the file must hold as many layers with weights as the model, which has ", layers.size()),
        text("layers=", held.size()));
  std::vector<Assignment> all;
  for (size_t i = 0; i < layers.size(); ++i) read_layer(held[i], *layers[i], reshape, all);
  const Learned learned = learned_in(group, network);
  for (const auto& put : learned) put();
  assign(std::move(all));
}

namespace {

// The name that older versions of Lacuna gave the layer: "pre_lu_1" for p_re_lu_1.
std::string older_name(const layers::LayerState& layer) {
  const std::string now = snake_case(layer.class_name);
  if (!layer.name.starts_with(text(now, "_"))) return {};
  std::string then;
  for (size_t i = 0; i < layer.class_name.size(); ++i) {
    const auto c = static_cast<unsigned char>(layer.class_name[i]);
    if (std::isupper(c) && i > 0 && !std::isupper(static_cast<unsigned char>(layer.class_name[i - 1])))
      then += '_';
    then += static_cast<char>(std::tolower(c));
  }
  return text(then, layer.name.substr(now.size()));
}

std::string joined(const std::vector<std::string>& names) {
  std::string all;
  for (const std::string& name : names) all += text(all.empty() ? "" : ", ", in_quotes(name));
  return all.empty() ? "none" : cut(all);
}

}  // namespace

void read_weights_by_name(const hdf5::Group& group, Network& network, bool skip_mismatch, bool reshape) {
  std::vector<Assignment> all;
  Learned learned;
  bool met = false;
  std::vector<std::string> wanted;
  std::map<std::string, std::string> paths;
  for (std::string& path : group.texts("layer_names")) paths.emplace(from_path(path), path);
  for (const auto& layer : network.layers()) {
    const bool has_weights = !layer->ordered_weights().empty();
    if (has_weights) wanted.push_back(layer->name);
    auto path = paths.find(layer->name);
    if (path == paths.end()) path = paths.find(older_name(*layer));
    if (path == paths.end()) continue;
    met |= has_weights;
    try {
      const Held held(group.group(path->second));
      read_layer(held, *layer, reshape, all);
      read_learned(held.group, *layer, learned);
    } catch (const InvalidArgument& e) {
      if (!skip_mismatch) throw;
      warn(text("load_weights: layer '", layer->name, "' keeps its weights. ", e.what()));
    }
  }
  for (const auto& put : learned) put();
  assign(std::move(all));
  if (met || wanted.empty()) return;  // Nothing may fail once weights have changed.
  std::vector<std::string> names;
  for (const auto& [name, path] : paths) names.push_back(name);
  warn(text(
      "load_weights: no layer of the file has the name of a layer that has weights, so that none changed. "
      "Received: layers of the file ",
      joined(names), "; of the model ", joined(wanted), "."));
}

}  // namespace lacuna::saving

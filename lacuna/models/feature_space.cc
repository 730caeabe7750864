#include "lacuna/models/feature_space.h"

#include <algorithm>
#include <set>

#include "lacuna/base/names.h"
#include "lacuna/layers/features/category_encoding.h"
#include "lacuna/layers/features/discretization.h"
#include "lacuna/layers/features/hashing.h"
#include "lacuna/layers/features/lookup.h"
#include "lacuna/layers/features/normalization.h"
#include "lacuna/layers/input.h"
#include "lacuna/layers/merge.h"
#include "lacuna/models/model.h"

namespace lacuna {
namespace {

constexpr const char* kSpace = "FeatureSpace";
const std::vector<std::string> kTypes{"float",
                                      "float_rescaled",
                                      "float_normalized",
                                      "float_discretized",
                                      "integer_categorical",
                                      "string_categorical",
                                      "integer_hashed",
                                      "string_hashed"};

template <class Layer>
FeatureSpace::Feature feature_of(DType dtype, Layer layer, const std::string& output_mode) {
  return {dtype, std::make_shared<Layer>(std::move(layer)), output_mode};
}

FeatureSpace::Feature of_type(const std::string& name, const std::string& type,
                              const FeatureSpace::Options& o) {
  if (type == "float") return FeatureSpace::plain_float();
  if (type == "float_rescaled") return FeatureSpace::float_rescaled();
  if (type == "float_normalized") return FeatureSpace::float_normalized();
  if (type == "float_discretized") return FeatureSpace::float_discretized(o.num_discretization_bins);
  if (type == "integer_categorical") return FeatureSpace::integer_categorical();
  if (type == "string_categorical") return FeatureSpace::string_categorical();
  if (type == "integer_hashed") return FeatureSpace::integer_hashed(o.hashing_dim);
  LACUNA_REQUIRE(type == "string_hashed", kSpace, ": the type of a feature must be a known one. Received: '",
                 name, "' of type ", in_quotes(type), nearest(type, kTypes), ".");
  return FeatureSpace::string_hashed(o.hashing_dim);
}

// How many ids the preprocessor of a feature gives.
Dim ids_of(const std::string& name, const layers::Feature& layer) {
  const auto& state = *layer.state();
  if (state.class_name == "StringLookup" || state.class_name == "IntegerLookup")
    return layers::vocabulary_size(state);
  const bool bins = state.class_name == "Hashing" || state.class_name == "Discretization";
  LACUNA_REQUIRE(bins, kSpace,
                 ": output_mode='one_hot' needs a preprocessor that gives ids: Hashing, Discretization, "
                 "StringLookup or IntegerLookup. Received: '",
                 name, "' by a ", state.class_name, ".");
  const Config settings = state.settings();
  const auto found = settings.find("num_bins");
  const auto* given = found == settings.end() ? nullptr : found->second.as<int64_t>();
  return given ? *given : static_cast<Dim>(layers::bin_boundaries(state).size()) + 1;
}

void check_mode(const std::string& name, const std::string& mode, const std::vector<std::string>& allowed) {
  LACUNA_REQUIRE(std::ranges::count(allowed, mode) == 1, kSpace,
                 ": output_mode must be a known one. Received: output_mode=", in_quotes(mode), " of '", name,
                 "'", nearest(mode, allowed), ".");
}

}  // namespace

struct FeatureSpace::State {
  Options options{};
  std::map<std::string, Feature> features{};
  std::map<std::string, Symbol> inputs{};
  std::set<std::string> learning{};  // Features that adapt is for.
  bool adapted = false;
  std::vector<std::string> output_names{};
  std::vector<Symbol> encoded{};  // Empty until it is wanted.

  // The feature or cross as it is given out.
  Symbol finished(const std::string& name, const Symbol& x, const std::string& mode, Dim ids) const {
    if (mode == "one_hot")
      return layers::CategoryEncoding({.num_tokens = ids, .output_mode = "multi_hot"})(x);
    LACUNA_REQUIRE(options.output_mode == "dict" || (mode != "int" && is_float(x.dtype())), kSpace,
                   ": ids are no columns of a matrix; write output_mode='dict'. Received: '", name,
                   "', output_mode='", mode, "'.");
    return x;
  }
};

std::string FeatureSpace::Cross::name() const {
  std::string result;
  for (const std::string& one : feature_names) result += (result.empty() ? "" : "_X_") + one;
  return result;
}

FeatureSpace::Feature FeatureSpace::plain_float() { return {}; }
FeatureSpace::Feature FeatureSpace::float_rescaled(double scale, double offset) {
  return feature_of(DType::float32, layers::Rescaling(scale, {.offset = {offset}}), "float");
}
FeatureSpace::Feature FeatureSpace::float_normalized() {
  return feature_of(DType::float32, layers::Normalization(), "float");
}
FeatureSpace::Feature FeatureSpace::float_discretized(Dim num_bins, std::vector<double> bin_boundaries,
                                                      const std::string& output_mode) {
  layers::Discretization layer({.bin_boundaries = std::move(bin_boundaries), .num_bins = num_bins});
  return feature_of(DType::float32, std::move(layer), output_mode);
}
FeatureSpace::Feature FeatureSpace::integer_categorical(std::optional<Dim> max_tokens, Dim num_oov_indices,
                                                        const std::string& output_mode) {
  layers::IntegerLookup layer({.max_tokens = max_tokens, .num_oov_indices = num_oov_indices});
  return feature_of(DType::int64, std::move(layer), output_mode);
}
FeatureSpace::Feature FeatureSpace::string_categorical(std::optional<Dim> max_tokens, Dim num_oov_indices,
                                                       const std::string& output_mode) {
  layers::StringLookup layer({.max_tokens = max_tokens, .num_oov_indices = num_oov_indices});
  return feature_of(DType::string, std::move(layer), output_mode);
}
FeatureSpace::Feature FeatureSpace::integer_hashed(Dim num_bins, const std::string& output_mode) {
  return feature_of(DType::int64, layers::Hashing(num_bins), output_mode);
}
FeatureSpace::Feature FeatureSpace::string_hashed(Dim num_bins, const std::string& output_mode) {
  return feature_of(DType::string, layers::Hashing(num_bins), output_mode);
}

FeatureSpace::FeatureSpace(std::shared_ptr<State> state) : state_(std::move(state)) {}

FeatureSpace::FeatureSpace(const Features& features, const Options& options)
    : state_(std::make_shared<State>()) {
  State& s = *state_;
  s.options = options;
  if (s.options.name.empty()) s.options.name = layers::unique_name(kSpace);
  LACUNA_REQUIRE(!features.empty(), kSpace, ": there must be features. Received: none.");
  check_mode(s.options.name, options.output_mode, {"concat", "dict"});
  for (const auto& [name, given] : features) {
    const auto* type = std::get_if<std::string>(&given);
    const Feature feature = type ? of_type(name, *type, options) : std::get<Feature>(given);
    LACUNA_REQUIRE(feature.preprocessor || feature.output_mode == "float", kSpace,
                   ": values as they are have output_mode='float'. Received: output_mode=",
                   in_quotes(feature.output_mode), " of '", name, "'.");
    check_mode(name, feature.output_mode, {"float", "int", "one_hot"});
    s.features[name] = feature;
    s.inputs[name] = layers::Input({.shape = {1}, .name = name, .dtype = feature.dtype});
    s.output_names.push_back(name);
    const auto learned = feature.preprocessor ? feature.preprocessor->state()->feature : nullptr;
    if (learned && learned->kept().empty()) s.learning.insert(name);  // One that has a vocabulary keeps it.
  }
  s.adapted = s.learning.empty();
  for (Cross& cross : s.options.crosses) {
    check_mode(cross.name(), cross.output_mode, {"int", "one_hot"});
    if (cross.crossing_dim == 0) cross.crossing_dim = options.crossing_dim;
    for (const std::string& name : cross.feature_names)
      LACUNA_REQUIRE(s.features.count(name) == 1, kSpace,
                     ": a cross must be of features of the space. Received: '", name, "' in '", cross.name(),
                     "'", nearest(name, s.output_names), ".");
  }
  std::ranges::sort(s.options.crosses, {}, &Cross::name);
  for (const Cross& cross : s.options.crosses) s.output_names.push_back(cross.name());
}

void FeatureSpace::adapt(const std::map<std::string, Array>& columns) {
  LACUNA_REQUIRE(!state_->features.empty(), kSpace,
                 ": adapt: a space from a file cannot learn anew. Received: '", state_->options.name, "'.");
  for (const std::string& name : state_->learning) {
    const auto found = columns.find(name);
    LACUNA_REQUIRE(found != columns.end(), kSpace,
                   ": adapt: there must be a column for each feature that learns. Received: none for '", name,
                   "'.");
    state_->features[name].preprocessor->adapt(found->second);
  }
  state_->adapted = true;
}

void FeatureSpace::adapt(const data::Dataset& rows) {
  LACUNA_REQUIRE(!state_->features.empty(), kSpace,
                 ": adapt: a space from a file cannot learn anew. Received: '", state_->options.name, "'.");
  for (const std::string& name : state_->learning) state_->features[name].preprocessor->adapt(rows, name);
  state_->adapted = true;
}

std::vector<Symbol> FeatureSpace::get_inputs() const {
  std::vector<Symbol> result;
  for (const auto& [name, input] : state_->inputs) result.push_back(input);
  return result;
}

const std::vector<std::string>& FeatureSpace::output_names() const { return state_->output_names; }

const std::vector<Symbol>& FeatureSpace::get_encoded_features() {
  State& s = *state_;
  if (!s.encoded.empty()) return s.encoded;
  LACUNA_REQUIRE(s.adapted, kSpace, ": adapt must be called first, since '", *s.learning.begin(),
                 "' learns from data. Received: no call.");
  std::map<std::string, Symbol> made;
  std::vector<Symbol> parts;
  for (const auto& [name, feature] : s.features) {
    const auto& layer = feature.preprocessor;
    const Symbol x = made[name] = layer ? (*layer)(s.inputs[name]) : s.inputs[name];
    parts.push_back(s.finished(name, x, feature.output_mode,
                               feature.output_mode == "one_hot" ? ids_of(name, *layer) : 0));
  }
  for (const Cross& cross : s.options.crosses) {
    std::vector<Symbol> of;
    for (const std::string& name : cross.feature_names) of.push_back(made[name]);
    const Symbol x = layers::HashedCrossing(cross.crossing_dim, {.name = cross.name()})(of);
    parts.push_back(s.finished(cross.name(), x, cross.output_mode, cross.crossing_dim));
  }
  if (s.options.output_mode == "concat" && parts.size() > 1) parts = {layers::Concatenate()(parts)};
  s.encoded = std::move(parts);
  return s.encoded;
}

std::vector<Tensor> FeatureSpace::operator()(const std::map<std::string, Array>& columns) {
  std::vector<layers::FeatureColumn> given;
  for (const auto& [name, input] : state_->inputs) {
    const auto found = columns.find(name);
    LACUNA_REQUIRE(found != columns.end(), kSpace,
                   ": there must be a column for each feature. Received: none for '", name, "'.");
    given.push_back({name, input, found->second});
  }
  return layers::values_of(kSpace, given, get_encoded_features());
}

void FeatureSpace::save(const std::string& path) {
  Model(get_inputs(), get_encoded_features(), state_->options.output_mode + "_of_" + state_->options.name)
      .save(path);
}

FeatureSpace FeatureSpace::load(const std::string& path) {
  Model model = load_model(path, false);
  const Network& network = model.network();
  auto state = std::make_shared<State>();
  const size_t end = model.name().find("_of_");
  const std::string mode = model.name().substr(0, end);
  LACUNA_REQUIRE(end != std::string::npos && (mode == "concat" || mode == "dict"), kSpace,
                 ": load: the file must be one that FeatureSpace::save wrote. Received: a model of name '",
                 model.name(), "'.");
  state->options.output_mode = mode;
  state->options.name = model.name().substr(end + 4);
  for (size_t i = 0; i < network.inputs().size(); ++i)
    state->inputs[network.input_names()[i]] = network.inputs()[i];
  for (const auto& [name, input] : state->inputs) state->output_names.push_back(name);
  std::set<std::string> crosses;
  for (const auto& layer : network.layers())
    if (layer->class_name == "HashedCrossing") crosses.insert(layer->name);
  state->output_names.insert(state->output_names.end(), crosses.begin(), crosses.end());
  state->encoded = network.outputs();
  state->adapted = true;
  return FeatureSpace(std::move(state));
}

}  // namespace lacuna

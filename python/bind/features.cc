// Layers of features: what adapt learns, vocabularies, and their values for arrays.
#include "lacuna/layers/features/feature.h"

#include "lacuna/features/text_function.h"
#include "lacuna/layers/features/discretization.h"
#include "lacuna/layers/features/lookup.h"
#include "lacuna/models/sequential.h"
#include "python/bind/argument.h"
#include "python/bind/gil.h"

namespace lacuna::bind {
namespace {

using layers::Feature;

// Calls f with the layer, or with its part that learns if only a network keeps it.
template <class F>
void with_feature(const AnyLayer& layer, const F& f) {
  if (auto* feature = dynamic_cast<Feature*>(&*layer)) return f(*feature);
  Feature kept(layer->state());
  f(kept);
}

nb::object values(const AnyLayer& layer, nb::handle inputs) {
  auto* feature = dynamic_cast<Feature*>(&*layer);
  LACUNA_REQUIRE(feature != nullptr, layer->name(),
                 ": of a model from a file, take the layer's values by a Model of its input and output. "
                 "Received: arrays.");
  std::vector<Array> arrays;
  for (Array& one : to_arrays(inputs).list) arrays.push_back(std::move(one));
  const auto run = [&] {
    const WithoutGil no_gil;
    return feature->values(arrays);
  };
  return from_tensor(run());
}

nb::list values_of(const std::string& where, const std::vector<std::string>& names,
                   const std::vector<Symbol>& inputs, const std::vector<Symbol>& outputs, nb::handle arrays) {
  std::vector<layers::FeatureColumn> columns;
  for (Array& one : to_arrays(arrays).list)
    columns.push_back({names.at(columns.size()), inputs.at(columns.size()), std::move(one)});
  const auto run = [&] {
    const WithoutGil no_gil;
    return layers::values_of(where, columns, outputs);
  };
  nb::list result;
  for (Tensor& one : run()) result.append(from_tensor(std::move(one)));
  return result;
}

// What a function of Python makes of texts; `answer` takes it apart, with the GIL held. The function that is
// held here must refer to the user's own weakly (text_vectorization.py): that one may own the layer, and
// Python finds no cycle through C++.
template <class Function, class Answer>
Setting::Object own_function(const std::string& name, nb::handle function, Answer answer) {
  const auto held = std::make_shared<const HeldObject>(nb::borrow(function));
  return {Function([held, answer](std::span<const std::string_view> texts) {
            const WithGil gil;
            const auto count = static_cast<Dim>(texts.size());
            const auto views = Buffer::view(texts.data(), texts.size_bytes(), nullptr);
            return answer(held->get()(from_strings({DType::string, {count}, views})));
          }),
          name};
}

std::vector<std::string> to_strings(nb::handle view) {
  const auto texts = nb::cast<ArrayHandle&>(view).array.tensor().dense().values<std::string_view>();
  return {texts.begin(), texts.end()};
}

// From the tokens of all texts, and how many each has.
std::vector<std::vector<std::string>> to_tokens(nb::handle both) {
  const std::vector<std::string> tokens = to_strings(both[0]);
  std::vector<std::vector<std::string>> result;
  auto next = tokens.begin();
  for (const nb::handle count : nb::iter(both[1])) {
    const auto end = next + nb::cast<Dim>(count);
    result.emplace_back(next, end);
    next = end;
  }
  return result;
}

}  // namespace

void bind_features(nb::module_& m) {
  nb::class_<Setting::Object>(m, "HeldSetting", "An object of the program as a setting of a layer.");
  def(
      m, "standardize_function",
      [](const std::string& name, nb::handle function) {
        return own_function<features::StandardizeFunction>(
            name, function, [](const nb::object& answer) { return to_strings(answer); });
      },
      "name"_a, "function"_a);
  def(
      m, "split_function",
      [](const std::string& name, nb::handle function) {
        return own_function<features::SplitFunction>(
            name, function, [](const nb::object& answer) { return to_tokens(answer); });
      },
      "name"_a, "function"_a);
  def(
      m, "reset_state",
      [](const AnyLayer& layer) { with_feature(layer, [](Feature& f) { f.reset_state(); }); }, "layer"_a);
  def(
      m, "update_state",
      [](const AnyLayer& layer, const ArrayHandle& data) {
        const WithoutGil no_gil;
        with_feature(layer, [&](Feature& f) { f.update_state(data.array); });
      },
      "layer"_a, "data"_a);
  def(
      m, "finalize_state",
      [](const AnyLayer& layer) { with_feature(layer, [](Feature& f) { f.finalize_state(); }); }, "layer"_a);
  def(
      m, "adapt_to_dataset",
      [](const AnyLayer& layer, const data::Dataset& data, const std::optional<std::string>& input) {
        const WithoutGil no_gil;
        with_feature(layer, [&](Feature& f) { f.adapt(data, input.value_or("")); });
      },
      "layer"_a, "data"_a, "input"_a.none());
  def(m, "values_of", &values_of, "where"_a, "names"_a, "inputs"_a, "outputs"_a, "arrays"_a);
  def(m, "values_of_layer", &values, "layer"_a, "inputs"_a);
  def(
      m, "vocabulary",
      [](const AnyLayer& layer, bool strings, bool include_special_tokens) -> nb::object {
        if (strings) return nb::cast(layers::words_of(*layer->state(), include_special_tokens));
        return nb::cast(layers::numbers_of(*layer->state(), include_special_tokens));
      },
      "layer"_a, "strings"_a, "include_special_tokens"_a);
  def(
      m, "bin_boundaries", [](const AnyLayer& layer) { return layers::bin_boundaries(*layer->state()); },
      "layer"_a);
  def(
      m, "vocabulary_size", [](const AnyLayer& layer) { return layers::vocabulary_size(*layer->state()); },
      "layer"_a);
  def(
      m, "set_words",
      [](const AnyLayer& layer, std::vector<std::string> words, std::vector<double> idf_weights) {
        layers::set_vocabulary(*layer->state(), std::move(words), std::move(idf_weights));
      },
      "layer"_a, "words"_a, "idf_weights"_a);
  def(
      m, "set_numbers",
      [](const AnyLayer& layer, std::vector<int64_t> numbers, std::vector<double> idf_weights) {
        layers::set_vocabulary(*layer->state(), std::move(numbers), std::move(idf_weights));
      },
      "layer"_a, "numbers"_a, "idf_weights"_a);
}

}  // namespace lacuna::bind

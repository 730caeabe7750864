// Indices of words and of whole numbers.
#include "lacuna/layers/features/lookup.h"

#include <algorithm>

#include "lacuna/layers/features/list_setting.h"
#include "lacuna/layers/features/lookup_state.h"
#include "lacuna/layers/features/output_mode.h"

namespace lacuna::layers {
namespace {

const std::vector<std::string> kLookupModes{"int", "one_hot", "multi_hot", "count", "tf_idf"};

template <class Options>
void lookup_list(Settings& s, Options& o, const char* must) {
  s("max_tokens", o.max_tokens)("num_oov_indices", o.num_oov_indices)("mask_token", o.mask_token);
  s("oov_token", o.oov_token);
  list_setting(s, "vocabulary", o.vocabulary, must);
  list_setting(s, "idf_weights", o.idf_weights, "a list of numbers");
  s("invert", o.invert)("output_mode", o.output_mode)("pad_to_max_tokens", o.pad_to_max_tokens);
  s("sparse", o.sparse)("min_count", o.min_count)("ignore_oov", o.ignore_oov);
  s.positive("vocabulary_size", o.vocabulary_size);
}

void string_list(Settings& s, StringLookupOptions& o) {
  lookup_list(s, o, "a list of strings");
  if (!s.reads()) return;
  for (const char* keras : {"encoding", "oov_method", "salt"})  // Of later versions: their defaults are ours.
    if (const Setting* given = s.find(keras);
        given && !given->is_none() && *given != Setting("utf-8") && *given != Setting("floormod"))
      s.wrong_value(keras, "None", *given);
}

void integer_list(Settings& s, IntegerLookupOptions& o) {
  lookup_list(s, o, "a list of whole numbers");
  s("oov_method", o.oov_method);
  if (!s.reads()) return;
  if (const Setting* given = s.find("vocabulary_dtype");
      given && *given != Setting("int64") && *given != Setting("int32"))
    s.wrong_value("vocabulary_dtype", "'int64'", *given);
  if (const Setting* given = s.find("salt"); given && !given->is_none())
    s.wrong_value("salt", "None", *given);
}

const bool lookup_registered =
    known<StringLookup>("StringLookup", string_list) && known<IntegerLookup>("IntegerLookup", integer_list);

template <class Options>
LookupState::Options state_options(const char* layer, const Options& o) {
  const OutputMode mode = output_mode_of(layer, o.output_mode, kLookupModes);
  LACUNA_REQUIRE(o.num_oov_indices >= 0 && o.min_count >= 1, layer,
                 ": num_oov_indices must not be negative, and min_count at least 1. Received: "
                 "num_oov_indices=",
                 o.num_oov_indices, ", min_count=", o.min_count, ".");
  LACUNA_REQUIRE(!o.invert || mode == OutputMode::ids, layer,
                 ": invert=True is for output_mode='int'. Received: output_mode='", o.output_mode, "'.");
  LACUNA_REQUIRE(!o.pad_to_max_tokens || o.max_tokens, layer,
                 ": pad_to_max_tokens needs max_tokens. Received: max_tokens=None.");
  LACUNA_REQUIRE(!o.ignore_oov || (o.num_oov_indices == 0 && mode != OutputMode::ids), layer,
                 ": ignore_oov is for rows with num_oov_indices=0. Received: ignore_oov=True, "
                 "num_oov_indices=",
                 o.num_oov_indices, ", output_mode='", o.output_mode, "'.");
  LookupState::Options result{.layer = layer, .max_tokens = o.max_tokens, .min_count = o.min_count};
  result.rule.num_oov_indices = o.num_oov_indices;
  result.rule.bags = mode != OutputMode::ids;
  result.rule.ignores_oov = o.ignore_oov;
  result.weighs = mode == OutputMode::tf_idf;
  result.pads = o.pad_to_max_tokens;
  result.expected_size = o.vocabulary_size;
  return result;
}

LookupState& state_of(const LayerState& layer) {
  auto* state = dynamic_cast<LookupState*>(layer.feature.get());
  LACUNA_REQUIRE(state != nullptr, layer.name,
                 ": a vocabulary is what lookup layers have. Received: a layer of class ", layer.class_name,
                 ".");
  return *state;
}

template <class Options>
Symbol looked_up(const std::string& name, const Symbol& given, const LookupState& state, const Options& o,
                 DType dtype) {
  const Symbol x = as_column(name, given);
  const auto& rule = state.options().rule;
  if (o.invert) {
    if constexpr (std::is_same_v<Options, StringLookupOptions>)
      return lacuna::words_of(x, state.shared_table(), rule, o.oov_token);
    else return lacuna::numbers_of(x, state.shared_table(), rule, o.oov_token);
  }
  constexpr bool kStrings = std::is_same_v<Options, StringLookupOptions>;
  LACUNA_REQUIRE((x.dtype() == DType::string) == kStrings, name, ": the input must hold ",
                 kStrings ? "strings" : "whole numbers", ". Received: input=", x.spec(),
                 kStrings ? "; IntegerLookup takes numbers." : "; StringLookup takes strings.");
  const OutputMode mode = output_mode_of(name, o.output_mode, kLookupModes);
  const Symbol ids = look_up(x, state.shared_table(), rule);
  if (mode == OutputMode::ids) return ids;
  Encode how{.num_tokens = state.columns(), .sparse = o.sparse, .ignores_minus_one = true, .dtype = dtype};
  if (mode == OutputMode::tf_idf) how.idf = state.shared_idf();
  return encoded(name, ids, mode, how);
}

}  // namespace

StringLookup::StringLookup(StringLookupOptions options)
    : Feature(common(options), "StringLookup"),
      options_(std::make_shared<StringLookupOptions>(std::move(options))) {
  const auto& o = *options_;
  auto of_state = state_options("StringLookup", o);
  of_state.rule.mask_word = o.mask_token;
  of_state.oov_word = o.oov_token;
  const auto feature = made_state(std::move(of_state));
  if (!o.vocabulary.empty()) feature->set_words(o.vocabulary, o.idf_weights);
  state()->feature = feature;
  state()->fed_dtype = o.invert ? DType::int64 : DType::string;
  describe_now(*state(), string_list, options_, feature);
}

std::vector<std::string> StringLookup::get_vocabulary(bool include_special_tokens) const {
  return words_of(*state(), include_special_tokens);
}
Dim StringLookup::vocabulary_size() const { return layers::vocabulary_size(*state()); }
void StringLookup::set_vocabulary(std::vector<std::string> vocabulary, std::vector<double> idf_weights) {
  layers::set_vocabulary(*state(), std::move(vocabulary), std::move(idf_weights));
}
Symbol StringLookup::call(const Symbol& x) {
  return looked_up(name(), x, state_of(*state()), *options_, dtype());
}

IntegerLookup::IntegerLookup(IntegerLookupOptions options)
    : Feature(common(options), "IntegerLookup"),
      options_(std::make_shared<IntegerLookupOptions>(std::move(options))) {
  const auto& o = *options_;
  auto of_state = state_options("IntegerLookup", o);
  LACUNA_REQUIRE(o.oov_method == "floormod" || o.oov_method == "farmhash",
                 "IntegerLookup: oov_method must be 'floormod' or 'farmhash'. Received: oov_method='",
                 o.oov_method, "'.");
  of_state.strings = false;
  of_state.rule.mask_number = o.mask_token;
  of_state.rule.hash_numbers = o.oov_method == "farmhash";
  of_state.oov_number = o.oov_token;
  const auto feature = made_state(std::move(of_state));
  if (!o.vocabulary.empty()) feature->set_numbers(o.vocabulary, o.idf_weights);
  state()->feature = feature;
  state()->fed_dtype = DType::int64;
  describe_now(*state(), integer_list, options_, feature);
}

std::vector<int64_t> IntegerLookup::get_vocabulary(bool include_special_tokens) const {
  return numbers_of(*state(), include_special_tokens);
}
Dim IntegerLookup::vocabulary_size() const { return layers::vocabulary_size(*state()); }
void IntegerLookup::set_vocabulary(std::vector<int64_t> vocabulary, std::vector<double> idf_weights) {
  layers::set_vocabulary(*state(), std::move(vocabulary), std::move(idf_weights));
}
Symbol IntegerLookup::call(const Symbol& x) {
  return looked_up(name(), x, state_of(*state()), *options_, dtype());
}

std::vector<std::string> words_of(const LayerState& layer, bool include_special_tokens) {
  const LookupState& state = state_of(layer);
  const auto table = state.table();
  const auto& o = state.options();
  std::vector<std::string> result;
  if (include_special_tokens) {
    if (o.rule.first_oov() == 1) result.push_back(o.rule.mask_word.value_or(""));
    result.insert(result.end(), static_cast<size_t>(o.rule.num_oov_indices), o.oov_word);
  }
  for (size_t i = 0; i < table->words.size(); ++i) result.emplace_back(table->words.word(i));
  return result;
}

std::vector<int64_t> numbers_of(const LayerState& layer, bool include_special_tokens) {
  const LookupState& state = state_of(layer);
  const auto table = state.table();
  const auto& o = state.options();
  std::vector<int64_t> result;
  if (include_special_tokens) {
    if (o.rule.first_oov() == 1) result.push_back(o.rule.mask_number.value_or(0));
    result.insert(result.end(), static_cast<size_t>(o.rule.num_oov_indices), o.oov_number);
  }
  const auto numbers = table->numbers.numbers();
  result.insert(result.end(), numbers.begin(), numbers.end());
  return result;
}

Dim vocabulary_size(const LayerState& layer) { return state_of(layer).size(); }

void set_vocabulary(const LayerState& layer, std::vector<std::string> words,
                    std::vector<double> idf_weights) {
  state_of(layer).set_words(std::move(words), std::move(idf_weights));
}

void set_vocabulary(const LayerState& layer, std::vector<int64_t> numbers, std::vector<double> idf_weights) {
  state_of(layer).set_numbers(std::move(numbers), std::move(idf_weights));
}

}  // namespace lacuna::layers

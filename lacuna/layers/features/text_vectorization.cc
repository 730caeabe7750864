#include "lacuna/layers/features/text_vectorization.h"

#include <algorithm>

#include "lacuna/base/names.h"
#include "lacuna/layers/features/list_setting.h"
#include "lacuna/layers/features/lookup.h"
#include "lacuna/layers/features/lookup_state.h"
#include "lacuna/layers/features/output_mode.h"
#include "lacuna/ops/features/texts.h"

namespace lacuna::layers {
namespace {

constexpr const char* kTextLayer = "TextVectorization";
const std::vector<std::string> kTextModes{"int", "multi_hot", "count", "tf_idf"},
    kStandardizes{"lower", "strip_punctuation", "lower_and_strip_punctuation"},
    kSplits{"whitespace", "character", "words"}, kNorms{"l1", "l2"}, kIdfs{"keras", "smooth"},
    kHashes{"farmhash", "murmur3"};

// None, a whole number or a list of them.
void ngrams_setting(Settings& s, std::variant<std::monostate, Dim, std::vector<int64_t>>& value) {
  if (!s.reads()) {
    if (const auto* longest = std::get_if<Dim>(&value)) return s.write("ngrams", *longest);
    std::vector<int64_t>* lengths = std::get_if<std::vector<int64_t>>(&value);
    return lengths ? void(s("ngrams", *lengths)) : s.write("ngrams", Setting());
  }
  const Setting* given = s.find("ngrams");
  if (!given || given->is_none()) return;
  if (const auto* longest = given->as<int64_t>()) value = *longest;
  else s("ngrams", value.emplace<std::vector<int64_t>>());
}

// A name, None, or a function, whose name it is then: a file has no more of it, so the name must be its own.
template <class Function>
void function_setting(Settings& s, const char* name, std::optional<std::string>& named, Function& function,
                      const std::vector<std::string>& of_others) {
  const Setting* const given = s.reads() ? s.find(name) : nullptr;
  const auto* const object = given ? given->object() : nullptr;
  const auto* const own = object ? std::any_cast<Function>(&object->value) : nullptr;
  if (!own) return void(s(name, named));
  LACUNA_REQUIRE(
      std::ranges::find(of_others, object->shown) == of_others.end(), kTextLayer, ": a function for ", name,
      " must not have the name of a known one, which a file would be loaded with. Received: a function '",
      object->shown, "'; give it another name.");
  function = *own;
  named = object->shown;
}

// Settings of Keras that have these values here.
void keras_settings(Settings& s) {
  if (!s.reads()) {
    s.write("ragged", Setting(false));
    return s.write("encoding", Setting("utf-8"));
  }
  if (const Setting* given = s.find("ragged"); given && !given->is_none() && *given != Setting(false))
    s.wrong_value("ragged", "False: rows of ids are filled up", *given);
  if (const Setting* given = s.find("encoding"); given && !given->is_none() && *given != Setting("utf-8"))
    s.wrong_value("encoding", "'utf-8'", *given);
}

void text_list(Settings& s, TextVectorizationOptions& o) {
  s("max_tokens", o.max_tokens);
  function_setting(s, "standardize", o.standardize, o.standardizer, kStandardizes);
  function_setting(s, "split", o.split, o.splitter, kSplits);
  ngrams_setting(s, o.ngrams);
  s("output_mode", o.output_mode).positive("output_sequence_length", o.output_sequence_length);
  s("pad_to_max_tokens", o.pad_to_max_tokens);
  list_setting(s, "vocabulary", o.vocabulary, "a list of strings");
  list_setting(s, "idf_weights", o.idf_weights, "a list of numbers");
  s("sparse", o.sparse)("min_count", o.min_count)("num_oov_indices", o.num_oov_indices);
  s.positive("num_bins", o.num_bins);
  s("hash", o.hash)("alternate_sign", o.alternate_sign);
  s("idf", o.idf)("sublinear_tf", o.sublinear_tf)("norm", o.norm);
  s.positive("vocabulary_size", o.vocabulary_size);
  keras_settings(s);
}
const bool text_registered = known<TextVectorization>(kTextLayer, text_list);

// The place of a name among those allowed, from 1 on; 0 for None.
size_t choice(const char* setting, const std::optional<std::string>& given,
              const std::vector<std::string>& allowed, const char* advice = "") {
  if (!given) return 0;
  const auto found = std::ranges::find(allowed, *given);
  LACUNA_REQUIRE(found != allowed.end(), kTextLayer, ": ", setting,
                 " must be a known one. Received: ", setting, "=", in_quotes(*given),
                 nearest(*given, allowed), advice, ".");
  return static_cast<size_t>(found - allowed.begin()) + 1;
}

features::Tokenizing tokenizing_of(const TextVectorizationOptions& o) {
  constexpr const char* kOwn = "; a function of your own is given anew, to load_model by custom_objects";
  features::Tokenizing result{.own_standardize = o.standardizer, .own_split = o.splitter};
  if (!o.standardizer)
    result.standardize =
        static_cast<features::Standardize>(choice("standardize", o.standardize, kStandardizes, kOwn));
  if (!o.splitter) result.split = static_cast<features::Split>(choice("split", o.split, kSplits, kOwn));
  if (const auto* longest = std::get_if<Dim>(&o.ngrams)) {
    LACUNA_REQUIRE(*longest >= 1 && *longest <= 100, kTextLayer,
                   ": ngrams must be from 1 to 100, or a list of lengths. Received: ngrams=", *longest, ".");
    for (int length = 1; length <= *longest; ++length) result.ngrams.push_back(length);
  } else if (const auto* lengths = std::get_if<std::vector<int64_t>>(&o.ngrams)) {
    for (const int64_t length : *lengths) {
      LACUNA_REQUIRE(length >= 1 && length <= 100, kTextLayer,
                     ": ngrams must have lengths from 1 to 100. Received: ngrams with ", length, ".");
      result.ngrams.push_back(static_cast<int>(length));
    }
  }
  return result;
}

void check_text_options(const TextVectorizationOptions& o, OutputMode mode) {
  const bool ids = mode == OutputMode::ids, weighs = mode == OutputMode::tf_idf;
  LACUNA_REQUIRE(o.output_sequence_length >= 0 && (ids || o.output_sequence_length == 0), kTextLayer,
                 ": output_sequence_length is for output_mode='int'. Received: output_sequence_length=",
                 o.output_sequence_length, ", output_mode='", o.output_mode, "'.");
  LACUNA_REQUIRE(!o.pad_to_max_tokens || o.max_tokens, kTextLayer,
                 ": pad_to_max_tokens needs max_tokens. Received: max_tokens=None.");
  LACUNA_REQUIRE(o.min_count >= 1, kTextLayer,
                 ": min_count must be at least 1. Received: min_count=", o.min_count, ".");
  LACUNA_REQUIRE(o.num_oov_indices == 1 || (o.num_oov_indices == 0 && !ids), kTextLayer,
                 ": num_oov_indices must be 1; or 0, so that unknown tokens are left out, where output_mode "
                 "is not 'int'. "
                 "Received: num_oov_indices=",
                 o.num_oov_indices, ", output_mode='", o.output_mode, "'.");
  LACUNA_REQUIRE(!o.sublinear_tf || weighs || mode == OutputMode::count, kTextLayer,
                 ": sublinear_tf is for output_mode='count' or 'tf_idf'. Received: output_mode='",
                 o.output_mode, "'.");
  LACUNA_REQUIRE(!o.norm || !ids, kTextLayer,
                 ": norm is for rows. Received: norm=", in_quotes(o.norm.value_or("")),
                 ", output_mode='int'.");
  choice("norm", o.norm, kNorms);
  choice("idf", o.idf, kIdfs);
  const bool murmur = choice("hash", o.hash, kHashes) == 2;
  LACUNA_REQUIRE(!murmur || (o.num_bins && !ids), kTextLayer,
                 ": hash='murmur3' is for rows of num_bins columns. Received: num_bins=", o.num_bins,
                 ", output_mode='", o.output_mode, "'.");
  LACUNA_REQUIRE(!o.alternate_sign || (murmur && !o.sublinear_tf), kTextLayer,
                 ": alternate_sign is for hash='murmur3' without sublinear_tf. Received: hash='", o.hash,
                 "', sublinear_tf=", o.sublinear_tf, ".");
  if (!o.num_bins) return;
  if (murmur) features::MurmurBins{.num_bins = o.num_bins}.validate(kTextLayer);
  else features::Hashing{.num_bins = o.num_bins}.validate(kTextLayer);
  LACUNA_REQUIRE(
      !weighs && o.vocabulary.empty() && !o.max_tokens && (!ids || o.num_bins > 1), kTextLayer,
      ": num_bins takes the place of a vocabulary: of max_tokens, vocabulary and output_mode='tf_idf'; with "
      "output_mode='int' it is 2 or more, since 0 is for padding. Received: num_bins=",
      o.num_bins, ", max_tokens=", o.max_tokens.value_or(0), ", words=", o.vocabulary.size(),
      ", output_mode='", o.output_mode, "'.");
}

std::shared_ptr<LookupState> text_state(const TextVectorizationOptions& o, OutputMode mode) {
  LookupState::Options result{.layer = kTextLayer, .max_tokens = o.max_tokens, .min_count = o.min_count};
  result.rule = {.num_oov_indices = o.num_oov_indices, .mask_word = "", .bags = mode != OutputMode::ids};
  result.oov_word = "[UNK]";
  result.weighs = mode == OutputMode::tf_idf;
  result.pads = o.pad_to_max_tokens;
  result.expected_size = o.vocabulary_size;
  result.tokens = tokenizing_of(o);
  result.idf = o.idf == "smooth" ? features::Idf::smooth : features::Idf::keras;
  auto state = made_state(std::move(result));
  if (!o.vocabulary.empty()) state->set_words(o.vocabulary, o.idf_weights);
  return state;
}

}  // namespace

TextVectorization::TextVectorization(TextVectorizationOptions options)
    : Feature(common(options), kTextLayer),
      options_(std::make_shared<TextVectorizationOptions>(std::move(options))) {
  const auto& o = *options_;
  const OutputMode mode = output_mode_of(kTextLayer, o.output_mode, kTextModes);
  check_text_options(o, mode);
  tokenizing_of(o);
  state()->fed_dtype = DType::string;
  if (o.num_bins) {
    describe(text_list, o);
  } else {
    const auto feature = text_state(o, mode);
    state()->feature = feature;
    describe_now(*state(), text_list, options_, feature);
  }
}

std::vector<std::string> TextVectorization::get_vocabulary(bool include_special_tokens) const {
  return words_of(*state(), include_special_tokens);
}
Dim TextVectorization::vocabulary_size() const { return layers::vocabulary_size(*state()); }
void TextVectorization::set_vocabulary(std::vector<std::string> vocabulary, std::vector<double> idf_weights) {
  layers::set_vocabulary(*state(), std::move(vocabulary), std::move(idf_weights));
}

Symbol TextVectorization::call(const Symbol& x) {
  const auto& o = *options_;
  const OutputMode mode = output_mode_of(kTextLayer, o.output_mode, kTextModes);
  const bool ids = mode == OutputMode::ids;
  const auto* const feature = dynamic_cast<const LookupState*>(state()->feature.get());
  TextIds how{.tokens = tokenizing_of(o)};
  if (feature) {
    const auto& rule = feature->options().rule;
    how.table = feature->shared_table();
    how.first = rule.first_known();
    how.unknown = rule.num_oov_indices ? rule.first_oov() : -1;
    how.empty = ids ? 0 : -1;
  } else if (o.hash == "murmur3") {
    how.murmur = features::MurmurBins{o.num_bins, o.alternate_sign};
  } else {
    how.hashing.num_bins = o.num_bins;
    if (ids) how.hashing.mask_word = "";  // Padding has its id for itself.
  }
  if (ids)
    return ids_of_texts(
        name(), x, how,
        o.output_sequence_length ? std::optional<Dim>(o.output_sequence_length) : std::nullopt);
  EncodeTexts rows{.num_tokens = feature ? feature->columns() : o.num_bins,
                   .mode = mode == OutputMode::multi_hot ? features::Encoding::Mode::multi_hot
                           : mode == OutputMode::count   ? features::Encoding::Mode::count
                                                         : features::Encoding::Mode::tf_idf,
                   .sublinear_tf = o.sublinear_tf,
                   .norm = static_cast<features::Encoding::Norm>(choice("norm", o.norm, kNorms)),
                   .sparse = o.sparse,
                   .dtype = dtype()};
  if (mode == OutputMode::tf_idf) rows.idf = feature->shared_idf();
  return encode_texts(name(), x, how, rows);
}

}  // namespace lacuna::layers

#include "lacuna/layers/features/lookup_state.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "lacuna/base/error.h"

namespace lacuna::layers {
namespace {

template <class T>
tensor::Dense array_of(std::span<const T> values) {
  return tensor::Dense::of<T>({static_cast<Dim>(values.size())}, values);
}

// idf weights with those of the places for unknown values, which get the mean.
std::vector<double> with_unknown(std::vector<double> idf, int64_t unknown) {
  const double mean =
      idf.empty() ? 1 : std::accumulate(idf.begin(), idf.end(), 0.0) / static_cast<double>(idf.size());
  idf.insert(idf.begin(), static_cast<size_t>(unknown), mean);
  return idf;
}

template <class Value>
void drop(std::vector<Value>& values, const std::optional<Value>& mask, const Value& unknown,
          int64_t num_unknown) {
  auto first = values.begin();
  if (mask && first != values.end() && *first == *mask) ++first;
  for (int64_t i = 0; i < num_unknown && first != values.end() && *first == unknown; ++i) ++first;
  values.erase(values.begin(), first);
}

}  // namespace

Spec LookupState::wanted(const Spec&) const {
  return {{}, options_.strings ? DType::string : DType::int64, Storage::dense};
}

void LookupState::reset() {
  words_ = {};
  numbers_ = {};
}

void LookupState::update(const Tensor& values) {
  const tensor::Dense& given = values.dense();
  const size_t rows = static_cast<size_t>(given.shape[0]), size = given.size();
  if (size == 0) return;
  if (options_.tokens)
    features::count_texts(options_.layer.c_str(), given.values<std::string_view>(), *options_.tokens, words_,
                          size / rows);
  else if (options_.strings) words_.add(given.values<std::string_view>(), size / rows);
  else numbers_.add(given.values<int64_t>(), size / rows);
}

size_t LookupState::most_words() const {
  if (!options_.max_tokens) return std::numeric_limits<int64_t>::max();
  return static_cast<size_t>(std::max<Dim>(0, *options_.max_tokens - options_.rule.first_known()));
}

void LookupState::finalize() {
  const auto& rule = options_.rule;
  const auto keep = [&](auto& counter, auto& place, auto limits) {
    if (options_.max_tokens) limits.max_tokens = static_cast<int64_t>(most_words());
    limits.min_count = options_.min_count;
    auto counts = counter.counts(limits);
    features::LookupTable table;
    table.*place = std::move(counts.vocabulary);
    set(std::move(table), options_.weighs
                              ? features::idf_of(counts.document_counts, counts.documents, options_.idf)
                              : std::vector<double>());
  };
  if (options_.strings) {
    features::CountLimits<std::string_view> limits{.without = {options_.oov_word}};
    if (rule.mask_word) limits.without.emplace_back(*rule.mask_word);
    auto place = &features::LookupTable::words;
    keep(words_, place, limits);
  } else {
    features::CountLimits<int64_t> limits{.without = {options_.oov_number}};
    if (rule.mask_number) limits.without.push_back(*rule.mask_number);
    auto place = &features::LookupTable::numbers;
    keep(numbers_, place, limits);
  }
  reset();
}

void LookupState::check(const features::LookupTable& table, const std::vector<double>& idf) const {
  const size_t size = table.size();
  LACUNA_REQUIRE(size <= most_words(), options_.layer,
                 ": the vocabulary must fit max_tokens. Received: words=", size,
                 ", max_tokens=", options_.max_tokens.value_or(0), ", of which ", options_.rule.first_known(),
                 " are for masked and unknown values.");
  LACUNA_REQUIRE(!options_.weighs || idf.size() == size, options_.layer,
                 ": output_mode='tf_idf' needs an idf weight for each word. Received: words=", size,
                 ", idf_weights=", idf.size(), ".");
  LACUNA_REQUIRE(options_.weighs || idf.empty(), options_.layer,
                 ": idf_weights are for output_mode='tf_idf'. Received: idf_weights=", idf.size(), ".");
}

void LookupState::set(features::LookupTable table, std::vector<double> idf) {
  check(table, idf);
  if (options_.weighs) {
    std::vector<double> all = with_unknown(std::move(idf), options_.rule.num_oov_indices);
    if (options_.pads) all.resize(static_cast<size_t>(*options_.max_tokens));
    idf_->set(std::move(all));
  }
  table_->set(std::move(table));
}

void LookupState::set_words(std::vector<std::string> words, std::vector<double> idf) {
  drop(words, options_.rule.mask_word, options_.oov_word, options_.rule.num_oov_indices);
  const std::vector<std::string_view> views(words.begin(), words.end());
  set({.words = features::Vocabulary(views), .numbers = {}}, std::move(idf));
}

void LookupState::set_numbers(std::vector<int64_t> numbers, std::vector<double> idf) {
  drop(numbers, options_.rule.mask_number, options_.oov_number, options_.rule.num_oov_indices);
  set({.words = {}, .numbers = features::IntegerVocabulary(std::move(numbers))}, std::move(idf));
}

std::shared_ptr<const features::LookupTable> LookupState::table() const {
  auto table = table_->get();
  LACUNA_REQUIRE(table != nullptr, options_.layer,
                 ": there must be a vocabulary: call adapt, or give `vocabulary`. Received: none.");
  return table;
}

Dim LookupState::size() const {
  const auto table = table_->get();
  return table ? options_.rule.first_known() + static_cast<Dim>(table->size()) : options_.expected_size;
}

Dim LookupState::columns() const {
  if (options_.pads) return *options_.max_tokens;
  const Dim known = size();
  LACUNA_REQUIRE(known > 0, options_.layer,
                 ": the number of columns must be known: call adapt before the layer, give `vocabulary`, or "
                 "max_tokens with pad_to_max_tokens=True. Received: no vocabulary.");
  return known;
}

std::vector<double> LookupState::idf() const {
  const auto held = idf_->get();
  return held ? *held : std::vector<double>();
}

FeatureState::Kept LookupState::kept() const {
  Kept result;
  const auto table = table_->get();
  if (!table) return result;
  if (options_.strings) {
    const auto bytes = table->words.bytes();
    result["bytes"] = array_of(std::span(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()));
    result["offsets"] = array_of(table->words.offsets());
  } else {
    result["numbers"] = array_of(table->numbers.numbers());
  }
  if (const auto idf = idf_->get())
    result["idf"] =
        array_of(std::span(*idf).subspan(static_cast<size_t>(options_.rule.num_oov_indices), table->size()));
  return result;
}

std::function<void()> LookupState::restorer(const Kept& kept) {
  const auto find = [&](const char* name) -> const tensor::Dense* {
    const auto found = kept.find(name);
    return found == kept.end() ? nullptr : &found->second;
  };
  const tensor::Dense *bytes = find("bytes"), *offsets = find("offsets"), *numbers = find("numbers"),
                      *idf = find("idf");
  features::LookupTable table;
  if (options_.strings) {
    LACUNA_REQUIRE(bytes && offsets && bytes->dtype == DType::uint8 && offsets->dtype == DType::int64,
                   options_.layer, ": a file must hold the words of the vocabulary. Received: one without.");
    const auto all = bytes->values<uint8_t>();
    const auto ends = offsets->values<int64_t>();
    table.words = features::Vocabulary(std::vector<char>(all.begin(), all.end()),
                                       std::vector<int64_t>(ends.begin(), ends.end()));
  } else {
    LACUNA_REQUIRE(numbers && numbers->dtype == DType::int64, options_.layer,
                   ": a file must hold the numbers of the vocabulary. Received: one without.");
    const auto all = numbers->values<int64_t>();
    table.numbers = features::IntegerVocabulary(std::vector<int64_t>(all.begin(), all.end()));
  }
  std::vector<double> weights;
  if (idf) weights.assign(idf->values<double>().begin(), idf->values<double>().end());
  check(table, weights);
  return [this, table = std::move(table), weights = std::move(weights)] { set(table, weights); };
}

std::shared_ptr<LookupState> made_state(LookupState::Options options) {
  LACUNA_REQUIRE(!options.max_tokens || *options.max_tokens > options.rule.first_known(), options.layer,
                 ": max_tokens must leave room for a word beside those for masked and unknown values. "
                 "Received: max_tokens=",
                 options.max_tokens.value_or(0), ", of which ", options.rule.first_known(),
                 " are for these.");
  return std::make_shared<LookupState>(std::move(options));
}

}  // namespace lacuna::layers

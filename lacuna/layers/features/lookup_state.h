// The vocabulary of StringLookup, IntegerLookup and TextVectorization: counted from data, given, or read from
// a file.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "lacuna/features/counter.h"
#include "lacuna/features/texts.h"
#include "lacuna/layers/features/feature.h"
#include "lacuna/ops/features/look_up.h"

namespace lacuna::layers {

class LookupState final : public FeatureState {
 public:
  struct Options {
    std::string layer{};  // The class, for messages.
    bool strings = true;  // Words, else whole numbers.
    std::optional<Dim> max_tokens{};
    int64_t min_count = 1;
    features::LookupRule rule{};
    std::string oov_word{};
    int64_t oov_number = -1;
    bool weighs = false;    // Keeps idf weights.
    bool pads = false;      // Rows have max_tokens columns.
    Dim expected_size = 0;  // Of the whole vocabulary, from a config; 0: unknown.
    std::optional<features::Tokenizing>
        tokens{};  // If given, strings are texts, of which the tokens are counted.
    features::Idf idf = features::Idf::keras;
  };
  explicit LookupState(Options options) : options_(std::move(options)) {}

  void reset() override;
  void update(const Tensor& values) override;
  void finalize() override;
  Spec wanted(const Spec& given) const override;
  Kept kept() const override;
  std::function<void()> restorer(const Kept& kept) override;

  // The vocabulary in place of one of data, without masked and unknown values; a masked or unknown value at
  // its start is left out, as get_vocabulary gives them. idf: a weight for each word, if any.
  void set_words(std::vector<std::string> words, std::vector<double> idf = {});
  void set_numbers(std::vector<int64_t> numbers, std::vector<double> idf = {});

  bool knows() const { return table_->get() != nullptr; }
  // The table, or an error that says what to do.
  std::shared_ptr<const features::LookupTable> table() const;
  Dim size() const;     // Of the whole vocabulary, with the places for masked and unknown values.
  Dim columns() const;  // Of rows that are made of ids. Throws InvalidArgument if it is not known yet.
  std::vector<double> idf() const;
  const Options& options() const { return options_; }
  const SharedTable& shared_table() const { return shared_table_; }
  const std::shared_ptr<features::Learned<std::vector<double>>>& shared_idf() const { return idf_; }

 private:
  using Table = features::Learned<features::LookupTable>;
  size_t most_words() const;
  void check(const features::LookupTable& table, const std::vector<double>& idf) const;
  void set(features::LookupTable table, std::vector<double> idf);

  const Options options_;
  std::shared_ptr<Table> table_ = std::make_shared<Table>();
  SharedTable shared_table_ = table_;
  std::shared_ptr<features::Learned<std::vector<double>>> idf_ =
      std::make_shared<features::Learned<std::vector<double>>>();
  features::Counter words_{};
  features::IntegerCounter numbers_{};
};

// Checks that max_tokens leaves room for words.
std::shared_ptr<LookupState> made_state(LookupState::Options options);

// vocabulary_size of the config is that of the moment.
template <class List, class Options>
void describe_now(LayerState& layer, const List& list, const std::shared_ptr<const Options>& options,
                  const std::shared_ptr<LookupState>& state) {
  layer.settings = [list, options, state] {
    Options now = *options;
    now.vocabulary_size = state->size();
    Settings settings;
    list(settings, now);
    return settings.written();
  };
}

}  // namespace lacuna::layers

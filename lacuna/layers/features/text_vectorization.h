// TextVectorization: texts as ids of their tokens, or as rows of counts.
#pragma once
#include <variant>

#include "lacuna/features/text_function.h"
#include "lacuna/layers/features/feature.h"

namespace LACUNA_EXPORT lacuna {
namespace layers {

struct TextVectorizationOptions {
  std::optional<Dim> max_tokens{};  // The largest vocabulary, with the places for padding and unknown tokens.
  // None, "lower", "strip_punctuation" or both: ASCII's letters and punctuation alone.
  std::optional<std::string> standardize = "lower_and_strip_punctuation";
  // None, "whitespace", "character"; or "words", those of scikit-learn: two or more letters, digits or
  // underscores of Unicode, also lower-cased by Unicode's rules.
  std::optional<std::string> split = "whitespace";
  // Functions in place of these, which are then their names in a config. A model that is loaded from a file
  // needs them anew: C++ cannot load one, Python finds them by custom_objects.
  features::StandardizeFunction standardizer{};
  features::SplitFunction splitter{};
  // n: all n-grams of 1 to n tokens; or the lengths that are wanted.
  std::variant<std::monostate, Dim, std::vector<int64_t>> ngrams{};
  std::string output_mode = "int";
  Dim output_sequence_length =
      0;  // Of ids, which are filled up with 0 or cut; 0: as long as the longest text.
  bool pad_to_max_tokens = false;
  std::vector<std::string> vocabulary{};  // In order; not with adapt.
  std::vector<double> idf_weights{};      // Of the vocabulary, for tf_idf.
  bool sparse = true;                     // csr, in all modes but int.
  Dim min_count = 1;                      // Rarer tokens of adapt are unknown.
  Dim num_oov_indices = 1;                // 0: unknown tokens are left out, in all modes but int.
  Dim num_bins = 0;                       // If not 0: ids are bins of hashes, and nothing is learned.
  // Of num_bins: the bins of Hashing; or "murmur3", the columns of scikit-learn's HashingVectorizer, with
  // alternate_sign too, by which tokens with a negative hash count as -1. For all modes but int.
  std::string hash = "farmhash";
  bool alternate_sign = false;
  std::string idf = "keras";          // ln(1 + rows / (1 + rows with it)); "smooth": scikit-learn's.
  bool sublinear_tf = false;          // Counts n become 1 + ln n.
  std::optional<std::string> norm{};  // "l1" or "l2": rows are divided by it.
  Dim vocabulary_size = 0;            // From a config: of the vocabulary that a file then fills in.
  std::string name{};
  bool trainable = true;
  std::optional<DType> dtype{};
  Shape input_shape{}, batch_input_shape{};
};

// Texts, strings (batch,) or (batch, 1), by Keras' rules: standardized, split, joined to n-grams, and looked
// up. The empty token is padding: id 0 in mode int, no token in others. Then comes a place for unknown
// tokens, then the vocabulary: the most frequent first, of equally frequent ones the largest. output_mode:
// int, ids (batch, length); multi_hot, count, tf_idf: rows of as many columns as there are tokens. A text
// that is not UTF-8 is an error where characters or words are wanted.
class TextVectorization : public Feature {
 public:
  explicit TextVectorization(TextVectorizationOptions options = {});

  // The tokens in order. Without special tokens: those alone that are in the data.
  std::vector<std::string> get_vocabulary(bool include_special_tokens = true) const;
  Dim vocabulary_size() const;
  void set_vocabulary(std::vector<std::string> vocabulary, std::vector<double> idf_weights = {});

 protected:
  Symbol call(const Symbol& x) override;

 private:
  std::shared_ptr<const TextVectorizationOptions> options_;
};

}  // namespace layers
}  // namespace lacuna

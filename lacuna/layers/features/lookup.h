// StringLookup and IntegerLookup.
#pragma once
#include "lacuna/layers/features/feature.h"

namespace LACUNA_EXPORT lacuna {
namespace layers {

class LookupState;

// Options of both. The vocabulary comes from `vocabulary` or from adapt.
struct StringLookupOptions {
  std::optional<Dim> max_tokens{};  // The largest vocabulary, with the masked and unknown values.
  Dim num_oov_indices = 1;          // For values out of the vocabulary; 0: they are an error.
  std::optional<std::string> mask_token{};
  std::string oov_token = "[UNK]";        // What get_vocabulary and invert give for unknown values.
  std::vector<std::string> vocabulary{};  // In order; not with adapt.
  std::vector<double> idf_weights{};      // Of the vocabulary, for tf_idf.
  bool invert = false;                    // From indices to words.
  std::string output_mode = "int";
  bool pad_to_max_tokens = false;  // Rows have max_tokens columns, also for a smaller vocabulary.
  bool sparse = true;              // csr, in all modes but int.
  Dim min_count = 1;               // Rarer words of adapt are unknown.
  bool ignore_oov = false;         // With num_oov_indices = 0: rows have nothing for unknown values.
  Dim vocabulary_size = 0;         // From a config: of the vocabulary that a file then fills in.
  std::string name{};
  bool trainable = true;
  std::optional<DType> dtype{};
  Shape input_shape{}, batch_input_shape{};
};

// Words as indices of a vocabulary, by Keras' rule: index 0 for mask_token if it is given, then
// num_oov_indices for unknown words, among which these are spread by their hashes, then the vocabulary: the
// most frequent words first, of equally frequent ones the largest. output_mode: int, of the shape of the
// input; one_hot, multi_hot, count, tf_idf (counts times ln(1 + rows / (1 + rows with the word))): rows of as
// many columns as there are words, without one for mask_token, which counts as no word.
class StringLookup : public Feature {
 public:
  explicit StringLookup(StringLookupOptions options = {});

  // The words in order. Without special tokens: those alone that are in the data.
  std::vector<std::string> get_vocabulary(bool include_special_tokens = true) const;
  Dim vocabulary_size() const;
  void set_vocabulary(std::vector<std::string> vocabulary, std::vector<double> idf_weights = {});

 protected:
  Symbol call(const Symbol& x) override;

 private:
  std::shared_ptr<const StringLookupOptions> options_;
};

struct IntegerLookupOptions {
  std::optional<Dim> max_tokens{};
  Dim num_oov_indices = 1;
  std::optional<int64_t> mask_token{};
  int64_t oov_token = -1;
  std::vector<int64_t> vocabulary{};
  std::vector<double> idf_weights{};
  bool invert = false;
  std::string output_mode = "int";
  bool pad_to_max_tokens = false;
  bool sparse = true;
  Dim min_count = 1;
  bool ignore_oov = false;
  std::string oov_method = "floormod";  // Of several indices for unknown values: or "farmhash".
  Dim vocabulary_size = 0;
  std::string name{};
  bool trainable = true;
  std::optional<DType> dtype{};
  Shape input_shape{}, batch_input_shape{};
};

// The same for whole numbers, of which unknown ones are spread by their remainders.
class IntegerLookup : public Feature {
 public:
  explicit IntegerLookup(IntegerLookupOptions options = {});

  std::vector<int64_t> get_vocabulary(bool include_special_tokens = true) const;
  Dim vocabulary_size() const;
  void set_vocabulary(std::vector<int64_t> vocabulary, std::vector<double> idf_weights = {});

 protected:
  Symbol call(const Symbol& x) override;

 private:
  std::shared_ptr<const IntegerLookupOptions> options_;
};

// The same for the state of such a layer, which a network keeps.
std::vector<std::string> words_of(const LayerState& layer, bool include_special_tokens);
std::vector<int64_t> numbers_of(const LayerState& layer, bool include_special_tokens);
Dim vocabulary_size(const LayerState& layer);
void set_vocabulary(const LayerState& layer, std::vector<std::string> words, std::vector<double> idf_weights);
void set_vocabulary(const LayerState& layer, std::vector<int64_t> numbers, std::vector<double> idf_weights);

}  // namespace layers
}  // namespace lacuna

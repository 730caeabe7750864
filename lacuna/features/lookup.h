// The index of a word or whole number by a vocabulary, with Keras' places for masked and unknown ones.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lacuna/features/hashing.h"
#include "lacuna/features/vocabulary.h"

namespace LACUNA_EXPORT lacuna {
namespace features {

// How indices are given out: the masked value has 0, then come num_oov_indices for values that the vocabulary
// does not have, then its values in order. bags: for rows of zeros and ones, where the masked value counts as
// none and has the index -1.
struct LookupRule {
  int64_t num_oov_indices = 1;             // 0: unknown values are an error.
  std::optional<std::string> mask_word{};  // Of words,
  std::optional<int64_t> mask_number{};    // and of whole numbers.
  bool bags = false;
  bool ignores_oov = false;  // With bags and num_oov_indices = 0, unknown values count as none too.
  // With several indices for unknown values, each has one by its hash; a whole number by its remainder,
  // unless `hash_numbers`.
  bool hash_numbers = false;
  std::optional<std::array<uint64_t, 2>> salt{};

  bool masks() const { return mask_word || mask_number; }
  int64_t first_oov() const { return masks() && !bags ? 1 : 0; }
  int64_t first_known() const { return first_oov() + num_oov_indices; }
};

// What values are looked up in: words or whole numbers, the other vocabulary is empty.
struct LookupTable {
  Vocabulary words{};
  IntegerVocabulary numbers{};

  size_t size() const { return words.size() + numbers.size(); }
};

// Writes the index of each value. `indices` must be as long as the values. Throws InvalidArgument for an
// unknown value without an index for such; `where` starts the message.
void look_up(const char* where, std::span<const std::string_view> words, const Vocabulary& vocabulary,
             const LookupRule& rule, std::span<int64_t> indices);
void look_up(const char* where, std::span<const int64_t> numbers, const IntegerVocabulary& vocabulary,
             const LookupRule& rule, std::span<int64_t> indices);

}  // namespace features
}  // namespace lacuna

// How a text becomes tokens: standardized, split, joined to n-grams.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lacuna/base/export.h"
#include "lacuna/features/text_function.h"

namespace LACUNA_EXPORT lacuna {
namespace features {

// Keras' names. Letters are A to Z and punctuation is ASCII's: other bytes stay as they are. Punctuation is
// deleted, so that "don't" becomes "dont".
enum class Standardize : uint8_t { none, lower, strip_punctuation, lower_and_strip_punctuation };

// Keras': at ASCII's white space; into characters. And `words`, those of scikit-learn's vectorizers: two or
// more letters, digits or underscores of Unicode, which all other characters separate, punctuation too. Where
// `standardize` says lower, they are lower-cased by Unicode's rules.
enum class Split : uint8_t { none, whitespace, character, words };

struct Tokenizing {
  Standardize standardize = Standardize::lower_and_strip_punctuation;
  Split split = Split::whitespace;
  // The lengths of n-grams, 1 or more, in their order: {1, 2} gives all tokens and then all pairs, each
  // joined by one space. Empty: the tokens.
  std::vector<int> ngrams{};
  // If given, in place of `standardize` and `split`.
  StandardizeFunction own_standardize{};
  SplitFunction own_split{};

  // Throws InvalidArgument, which begins with `where`, unless the lengths are 1 or more.
  void validate(const char* where) const;
};

// The tokens of one text; nothing if it is not UTF-8 and `how` asks for characters or words.
std::optional<std::vector<std::string>> tokens_of(std::string_view text, const Tokenizing& how);

}  // namespace features
}  // namespace lacuna

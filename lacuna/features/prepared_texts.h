// Texts as functions of one's own leave them, and what is still to be done with them.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lacuna/features/tokenizer.h"
#include "lacuna/features/tokens.h"

namespace lacuna::features {

// Without such functions they are the texts themselves, and nothing is copied. Refers to the texts and to
// `how`.
class PreparedTexts {
 public:
  // Calls the functions, on this thread. Throws InvalidArgument, which begins with `where`, unless they
  // return a result for each text.
  PreparedTexts(const char* where, std::span<const std::string_view> texts, const Tokenizing& how);
  PreparedTexts(const PreparedTexts&) = delete;
  PreparedTexts& operator=(const PreparedTexts&) = delete;

  // For tokenizers.
  const Tokenizing& how() const { return own_ ? rest_ : given_; }
  // Makes the tokens of text i. False if it is not UTF-8 and must be.
  bool split(Tokenizer& tokenizer, size_t i) const {
    if (!given_.own_split) return tokenizer.split(texts_[i]);
    tokenizer.take(tokens_[i]);
    return true;
  }

 private:
  void standardize(const char* where);

  const Tokenizing& given_;
  const bool own_;
  Tokenizing rest_{};
  std::span<const std::string_view> texts_;
  std::vector<std::string> standardized_{};
  std::vector<std::string_view> views_{};  // Of these.
  std::vector<std::vector<std::string>> tokens_{};
};

}  // namespace lacuna::features

// Calls functions of one's own.
#include "lacuna/features/prepared_texts.h"

#include "lacuna/base/error.h"

namespace lacuna::features {

PreparedTexts::PreparedTexts(const char* where, std::span<const std::string_view> texts,
                             const Tokenizing& how)
    : given_(how), own_(how.own_standardize || how.own_split), texts_(texts) {
  if (!own_) return;
  rest_ = how;
  standardize(where);
  rest_.standardize = Standardize::none;
  if (!how.own_split) return;
  tokens_ = how.own_split(texts_);
  LACUNA_REQUIRE(tokens_.size() == texts.size(), where,
                 ": split must return a list of tokens for each text. Received: ", tokens_.size(),
                 " lists for ", texts.size(), " texts.");
}

void PreparedTexts::standardize(const char* where) {
  if (given_.own_standardize) {
    standardized_ = given_.own_standardize(texts_);
    LACUNA_REQUIRE(standardized_.size() == texts_.size(), where,
                   ": standardize must return a text for each. Received: ", standardized_.size(),
                   " texts for ", texts_.size(), ".");
  } else {  // Before a split of one's own.
    if (given_.standardize == Standardize::none) return;
    const Tokenizing whole{.standardize = given_.standardize, .split = Split::none};
    TokenizerMemory memory;
    Tokenizer tokenizer(whole, memory);
    for (const std::string_view text : texts_) {
      tokenizer.split(text);
      tokenizer.for_each([&](std::string_view token) { standardized_.emplace_back(token); });
    }
  }
  views_.assign(standardized_.begin(), standardized_.end());
  texts_ = views_;
}

}  // namespace lacuna::features

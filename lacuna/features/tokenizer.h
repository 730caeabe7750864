// Splits texts, one at a time, into memory that it keeps.
#pragma once
#include <cstddef>
#include <string_view>
#include <vector>

#include "lacuna/features/tokens.h"
#include "lacuna/kernels/byte_classes.h"

namespace lacuna::features {

// Not thread-safe. Refers to the settings, which must be valid. The tokens are written one after another with
// one space between them, so that n-grams are there too.
class Tokenizer {
 public:
  explicit Tokenizer(const Tokenizing& how) : how_(how) {}

  // Forgets the text before. False if the text is not UTF-8 and must be.
  bool split(std::string_view text);

  // Calls f for each token, or n-gram, of the text. They stay until the next text.
  template <class F>
  void for_each(const F& f) const {
    if (how_.ngrams.empty()) return for_each(1, f);
    for (const int length : how_.ngrams) for_each(static_cast<size_t>(length), f);
  }

 private:
  template <class F>
  void for_each(size_t length, const F& f) const {
    for (size_t i = 0; i + length <= tokens_; ++i)
      f(std::string_view(bytes_.data() + starts_[i], starts_[i + length] - 1 - starts_[i]));
  }
  struct Cursor;
  void make_room(size_t bytes, size_t tokens);
  void standardize(std::string_view text);
  bool split_into_characters(std::string_view text);
  bool split_by_classes(std::string_view text);
  void add_block(const kernels::ByteClasses& classes, const char* copy, Cursor& at);
  bool add_words_beyond_ascii(std::string_view text, size_t& from, size_t end, Cursor& at);
  void end_token(Cursor& at);

  const Tokenizing& how_;
  std::vector<char> bytes_{};
  std::vector<size_t> starts_{};  // Token i ends one byte before starts_[i + 1].
  size_t tokens_ = 0;
  std::vector<char> copy_{};  // The text in lower case, and what its bytes are.
  std::vector<kernels::ByteClasses> classes_{};
};

}  // namespace lacuna::features

// Splits texts, one at a time, into memory that it keeps.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lacuna/features/tokens.h"
#include "lacuna/kernels/byte_classes.h"

namespace lacuna::features {

struct TokenizerMemory {
  std::vector<char> bytes{};
  std::vector<size_t> starts{};  // Token i ends one byte before starts[i + 1].
  std::vector<char> copy{};      // The text in lower case, and what its bytes are.
  std::vector<kernels::ByteClasses> classes{};
};

// Not thread-safe. Refers to memory and to the settings, which must be valid. The tokens are written one
// after another with one space between them, so that n-grams are there too.
class Tokenizer {
 public:
  Tokenizer(const Tokenizing& how, TokenizerMemory& memory) : how_(how), memory_(memory) {}

  // Forgets the text before. False if the text is not UTF-8 and must be.
  bool split(std::string_view text);
  // The same of a text whose tokens are known.
  void take(std::span<const std::string> tokens);

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
      f(std::string_view(memory_.bytes.data() + memory_.starts[i],
                         memory_.starts[i + length] - 1 - memory_.starts[i]));
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
  TokenizerMemory& memory_;
  size_t tokens_ = 0;
};

}  // namespace lacuna::features

// Bytes of ASCII are classified 64 at once, and runs of those that stay are copied. Words with other
// characters are looked at one character at a time.
#include "lacuna/features/tokenizer.h"

#include <utf8proc.h>

#include <bit>
#include <cstdint>
#include <cstring>

#include "lacuna/base/error.h"
#include "lacuna/base/utf8.h"
#include "lacuna/features/letters.h"
#include "lacuna/features/prepared_texts.h"

namespace lacuna::features {
namespace {

constexpr size_t kBlock = 64;   // Bytes that are classified at once.
constexpr size_t kCopied = 16;  // And copied.

bool lowers(Standardize how) {
  return how == Standardize::lower || how == Standardize::lower_and_strip_punctuation;
}
bool strips(Standardize how) {
  return how == Standardize::strip_punctuation || how == Standardize::lower_and_strip_punctuation;
}

bool is_punctuation(char c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

// The bits from `begin` on, up to `end`, which is above it.
uint64_t bits_between(int begin, int end) { return (~uint64_t{0} >> (64 - (end - begin))) << begin; }

}  // namespace

// Where the next byte goes.
struct Tokenizer::Cursor {
  char* out;
  char* token;              // The beginning of the token that is being written,
  size_t behind_first = 0;  // and how many of its bytes are not the first of their character.
};

// Room for that many bytes of tokens and spaces, and for what copies in blocks write behind them.
void Tokenizer::make_room(size_t bytes, size_t tokens) {
  if (memory_.bytes.size() < bytes + kBlock + kCopied) memory_.bytes.resize(bytes + kBlock + kCopied);
  if (memory_.starts.size() < tokens + 1) memory_.starts.resize(tokens + 1);
  tokens_ = 0;
  memory_.starts[0] = 0;
}

bool Tokenizer::split(std::string_view text) {
  if (how_.split == Split::none) return standardize(text), true;
  if (how_.split == Split::character) return split_into_characters(text);
  return split_by_classes(text);
}

void Tokenizer::take(std::span<const std::string> tokens) {
  size_t bytes = tokens.size();
  for (const std::string& token : tokens) bytes += token.size();
  make_room(bytes, tokens.size());
  char* out = memory_.bytes.data();
  for (const std::string& token : tokens) {
    std::memcpy(out, token.data(), token.size());
    out += token.size();
    *out++ = ' ';
    memory_.starts[++tokens_] = static_cast<size_t>(out - memory_.bytes.data());
  }
}

// Ends the token, or forgets it if it is too short: a word has two characters or more.
inline void Tokenizer::end_token(Cursor& at) {
  const size_t least = how_.split == Split::words ? at.behind_first + 2 : 0;
  at.behind_first = 0;
  if (static_cast<size_t>(at.out - at.token) < least) {
    at.out = at.token;
    return;
  }
  *at.out++ = ' ';
  at.token = at.out;
  memory_.starts[++tokens_] = static_cast<size_t>(at.out - memory_.bytes.data());
}

void Tokenizer::standardize(std::string_view text) {
  make_room(text.size() + 1, 1);
  const bool lower = lowers(how_.standardize), strip = strips(how_.standardize);
  Cursor at{memory_.bytes.data(), memory_.bytes.data()};
  for (const char c : text) {
    *at.out = static_cast<char>(lower && c >= 'A' && c <= 'Z' ? c + 32 : c);
    at.out += !(strip && is_punctuation(c));
  }
  end_token(at);
}

bool Tokenizer::split_into_characters(std::string_view text) {
  make_room(2 * text.size(), text.size());
  const bool lower = lowers(how_.standardize), strip = strips(how_.standardize);
  Cursor at{memory_.bytes.data(), memory_.bytes.data()};
  while (!text.empty()) {
    const size_t size = utf8_character(text);
    if (size == 0) return false;
    const char c = text[0];
    if (!(strip && is_punctuation(c))) {
      std::memcpy(at.out, text.data(), size);
      if (lower && c >= 'A' && c <= 'Z') *at.out = static_cast<char>(c + 32);
      at.out += size;
      end_token(at);
    }
    text.remove_prefix(size);
  }
  return true;
}

bool Tokenizer::split_by_classes(std::string_view text) {
  const bool words = how_.split == Split::words;
  // A lower case may take half as many bytes more than the capital: Ⱥ has 2, ⱥ has 3.
  make_room(text.size() + (words ? text.size() / 2 : 0) + 1, text.size() / 2 + 1);
  const size_t blocks = (text.size() + kBlock - 1) / kBlock;
  if (memory_.classes.size() < blocks) {
    memory_.classes.resize(blocks);
    memory_.copy.resize(blocks * kBlock + kCopied);
  }
  kernels::classify_bytes(
      text.data(), text.size(),
      {.lower = lowers(how_.standardize), .strip = strips(how_.standardize), .words = words},
      memory_.copy.data(), memory_.classes.data());
  Cursor at{memory_.bytes.data(), memory_.bytes.data()};
  size_t from = 0;  // What was read of the text; characters may reach into the next block.
  for (size_t block = 0; block < blocks; ++block) {
    const size_t begin = block * kBlock, end = std::min(begin + kBlock, text.size());
    if (words && memory_.classes[block].beyond_ascii) {
      from = std::max(from, begin);
      if (!add_words_beyond_ascii(text, from, end, at)) return false;
    } else {
      add_block(memory_.classes[block], memory_.copy.data() + begin, at);
    }
  }
  if (at.out != at.token) end_token(at);
  return true;
}

inline void Tokenizer::add_block(const kernels::ByteClasses& classes, const char* copy, Cursor& at) {
  uint64_t keep = classes.keep;
  int behind = 0;  // The last run.
  while (keep) {
    const int begin = std::countr_zero(keep);
    const int end = begin + std::countr_one(keep >> begin);
    if (begin > behind && (classes.separate & bits_between(behind, begin)) && at.out != at.token)
      end_token(at);
    for (int i = begin; i < end; i += static_cast<int>(kCopied))
      std::memcpy(at.out + (i - begin), copy + i, kCopied);
    at.out += end - begin;
    keep &= ~bits_between(begin, end);
    behind = end;
  }
  if (behind < 64 && (classes.separate & bits_between(behind, 64)) && at.out != at.token) end_token(at);
}

// Reads characters from `from` on, as long as it is below `end`.
bool Tokenizer::add_words_beyond_ascii(std::string_view text, size_t& from, size_t end, Cursor& at) {
  const bool lower = lowers(how_.standardize);
  while (from < end) {
    int32_t character = 0;
    const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data() + from),
                                       static_cast<utf8proc_ssize_t>(text.size() - from), &character);
    if (size <= 0) return false;
    const auto bytes = static_cast<size_t>(size);
    constexpr int kDottedCapitalI = 0x130;
    if (lower && character == kDottedCapitalI) {  // Becomes an i and a dot above, which is no letter.
      *at.out++ = 'i';
      end_token(at);
    } else if (!is_word_character(character)) {
      end_token(at);
    } else {
      size_t written = bytes;
      if (lower) written = write_lower(text, from, bytes, character, at.out);
      else std::memcpy(at.out, text.data() + from, bytes);
      at.out += written;
      at.behind_first += written - 1;
    }
    from += bytes;
  }
  return true;
}

void Tokenizing::validate(const char* where) const {
  for (const int length : ngrams)
    LACUNA_REQUIRE(length > 0, where, ": ngrams must have lengths of 1 or more. Received: ", length, ".");
}

std::optional<std::vector<std::string>> tokens_of(std::string_view text, const Tokenizing& how) {
  how.validate("tokens_of");
  TokenizerMemory memory;
  const PreparedTexts texts("tokens_of", std::span(&text, 1), how);
  Tokenizer tokenizer(texts.how(), memory);
  if (!texts.split(tokenizer, 0)) return std::nullopt;
  std::vector<std::string> tokens;
  tokenizer.for_each([&](std::string_view token) { tokens.emplace_back(token); });
  return tokens;
}

}  // namespace lacuna::features

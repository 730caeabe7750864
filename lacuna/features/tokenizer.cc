// A table tells for each byte what it becomes, and whether it stays, vanishes or separates. The loops write
// each byte and go on behind it only if it stays: a branch that depends on letters would be predicted
// wrongly.
#include "lacuna/features/tokenizer.h"

#include <utf8proc.h>

#include <array>
#include <cstdint>

#include "lacuna/base/error.h"
#include "lacuna/base/utf8.h"
#include "lacuna/features/letters.h"

namespace lacuna::features {
namespace {

enum class Use : uint8_t { keep, drop, separate };

struct ByteTable {
  std::array<char, 256> becomes{};
  std::array<Use, 256> use{};
};

constexpr bool is_within(int byte, int first, int last) { return byte >= first && byte <= last; }
constexpr bool is_punctuation(int byte) {
  return is_within(byte, '!', '/') || is_within(byte, ':', '@') || is_within(byte, '[', '`') ||
         is_within(byte, '{', '~');
}
constexpr bool is_white_space(int byte) { return byte == ' ' || is_within(byte, '\t', '\r'); }
constexpr bool is_ascii_word(int byte) {
  return is_within(byte, 'a', 'z') || is_within(byte, 'A', 'Z') || is_within(byte, '0', '9') || byte == '_';
}

constexpr ByteTable table_of(bool lower, bool strip, Split split) {
  ByteTable table;
  for (int byte = 0; byte < 256; ++byte) {
    const bool capital = is_within(byte, 'A', 'Z');
    table.becomes[static_cast<size_t>(byte)] = static_cast<char>(lower && capital ? byte + 32 : byte);
    Use use = Use::keep;
    if (split == Split::words) use = is_ascii_word(byte) ? Use::keep : Use::separate;
    else if (split == Split::whitespace && is_white_space(byte)) use = Use::separate;
    else if (strip && is_punctuation(byte)) use = Use::drop;
    table.use[static_cast<size_t>(byte)] = use;
  }
  return table;
}

constexpr std::array<ByteTable, 4> tables_of(Split split) {
  return {table_of(false, false, split), table_of(true, false, split), table_of(false, true, split),
          table_of(true, true, split)};
}

template <Split split>
const ByteTable& byte_table(Standardize standardize) {
  static constexpr std::array<ByteTable, 4> kTables = tables_of(split);
  return kTables[static_cast<size_t>(standardize)];
}

bool lowers(Standardize how) {
  return how == Standardize::lower || how == Standardize::lower_and_strip_punctuation;
}

}  // namespace

// Room for that many bytes of tokens and spaces behind them.
void Tokenizer::make_room(size_t bytes, size_t tokens) {
  constexpr size_t kBehind = 16;
  if (bytes_.size() < bytes + kBehind) bytes_.resize(bytes + kBehind);
  if (starts_.size() < tokens + 1) starts_.resize(tokens + 1);
  tokens_ = 0;
  starts_[0] = 0;
}

inline void Tokenizer::end_token(const char* end) {
  starts_[++tokens_] = static_cast<size_t>(end - bytes_.data()) + 1;
}

bool Tokenizer::split(std::string_view text) {
  switch (how_.split) {
    case Split::none:
      standardize(text);
      return true;
    case Split::whitespace:
      split_at_white_space(text);
      return true;
    case Split::character:
      return split_into_characters(text);
    case Split::words:
      break;
  }
  return split_into_words(text);
}

void Tokenizer::standardize(std::string_view text) {
  make_room(text.size() + 1, 1);
  const ByteTable& table = byte_table<Split::none>(how_.standardize);
  char* out = bytes_.data();
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    *out = table.becomes[byte];
    out += table.use[byte] == Use::keep;
  }
  *out = ' ';
  end_token(out);
}

void Tokenizer::split_at_white_space(std::string_view text) {
  make_room(text.size() + 1, text.size() / 2 + 1);
  const ByteTable& table = byte_table<Split::whitespace>(how_.standardize);
  char* out = bytes_.data();
  const char* token = out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    *out = table.becomes[byte];
    out += table.use[byte] == Use::keep;
    if (table.use[byte] == Use::separate && out != token) {
      *out = ' ';
      end_token(out);
      token = ++out;
    }
  }
  if (out != token) {
    *out = ' ';
    end_token(out);
  }
}

bool Tokenizer::split_into_characters(std::string_view text) {
  make_room(2 * text.size(), text.size());
  const ByteTable& table = byte_table<Split::character>(how_.standardize);
  char* out = bytes_.data();
  while (!text.empty()) {
    const size_t size = utf8_character(text);
    if (size == 0) return false;
    const auto byte = static_cast<unsigned char>(text[0]);
    if (table.use[byte] == Use::keep) {
      *out = table.becomes[byte];
      for (size_t i = 1; i < size; ++i) out[i] = text[i];
      out += size;
      *out = ' ';
      end_token(out++);
    }
    text.remove_prefix(size);
  }
  return true;
}

bool Tokenizer::split_into_words(std::string_view text) {
  // A lower case may take half as many bytes more than the capital: Ⱥ has 2, ⱥ has 3.
  make_room(text.size() + text.size() / 2 + 1, text.size() / 2 + 1);
  const bool lower = lowers(how_.standardize);
  const ByteTable& table = byte_table<Split::words>(how_.standardize);
  char* out = bytes_.data();
  char* token = out;
  size_t behind_first = 0;  // Bytes of the word's characters that are not their first.
  const auto end_word = [&] {
    if (static_cast<size_t>(out - token) >= behind_first + 2) {
      *out = ' ';
      end_token(out);
      token = ++out;
    } else {
      out = token;
    }
    behind_first = 0;
  };
  for (size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x80) [[likely]] {
      *out = table.becomes[byte];
      out += table.use[byte] == Use::keep;
      if (table.use[byte] == Use::separate && out != token) end_word();
      ++i;
      continue;
    }
    int32_t character = 0;
    const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data() + i),
                                       static_cast<utf8proc_ssize_t>(text.size() - i), &character);
    if (size <= 0) return false;
    const auto bytes = static_cast<size_t>(size);
    constexpr int kDottedCapitalI = 0x130;
    if (lower && character == kDottedCapitalI) {  // Becomes an i and a dot above, which is no letter.
      *out++ = 'i';
      end_word();
    } else if (!is_word_character(character)) {
      end_word();
    } else {
      size_t written = bytes;
      if (lower) written = write_lower(text, i, bytes, character, out);
      else text.copy(out, bytes, i);
      out += written;
      behind_first += written - 1;
    }
    i += bytes;
  }
  end_word();
  return true;
}

void Tokenizing::validate(const char* where) const {
  for (const int length : ngrams)
    LACUNA_REQUIRE(length > 0, where, ": ngrams must have lengths of 1 or more. Received: ", length, ".");
}

std::optional<std::vector<std::string>> tokens_of(std::string_view text, const Tokenizing& how) {
  how.validate("tokens_of");
  Tokenizer tokenizer(how);
  if (!tokenizer.split(text)) return std::nullopt;
  std::vector<std::string> tokens;
  tokenizer.for_each([&](std::string_view token) { tokens.emplace_back(token); });
  return tokens;
}

}  // namespace lacuna::features

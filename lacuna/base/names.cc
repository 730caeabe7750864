// Names of classes and functions.
#include "lacuna/base/names.h"

#include <cctype>

#include "lacuna/base/error.h"

namespace lacuna {

std::string snake_case(const std::string& name) {
  const auto is_small = [&](size_t i) { return i < name.size() && name[i] >= 'a' && name[i] <= 'z'; };
  const auto is_capital = [&](size_t i) { return name[i] >= 'A' && name[i] <= 'Z'; };
  const auto is_small_or_digit = [&](size_t i) {
    return is_small(i) || (i < name.size() && name[i] >= '0' && name[i] <= '9');
  };
  std::string result;
  size_t word_end = 0;  // A capital right after a word does not begin the next one.
  for (size_t i = 0; i < name.size(); ++i) {
    bool begins_word = false;
    if (is_capital(i)) {
      if (i > word_end && is_small_or_digit(i + 1)) {
        begins_word = true;
        for (word_end = i + 1; is_small_or_digit(word_end);) ++word_end;
      }
      if (i > 0 && is_small(i - 1)) begins_word = true;
    }
    if (begins_word) result += '_';
    result += static_cast<char>(std::tolower(static_cast<unsigned char>(name[i])));
  }
  return result.starts_with('_') ? text("private", result) : result;
}

std::string in_quotes(std::string_view name) { return text("'", cut(name), "'"); }

std::string cut(std::string_view given) {
  if (given.size() <= kShown) return std::string(given);
  size_t end = kShown;
  while (end > 0 && (static_cast<unsigned char>(given[end]) & 0xC0) == 0x80) --end;
  return text(given.substr(0, end), "…");
}

}  // namespace lacuna

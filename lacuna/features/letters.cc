// The categories and lower cases are utf8proc's. Of all assigned characters, Python's \w and lower() have the
// same.
#include "lacuna/features/letters.h"

#include <utf8proc.h>

#include <cstdint>
#include <initializer_list>

namespace lacuna::features {
namespace {

bool is_one_of(int character, std::initializer_list<utf8proc_category_t> categories) {
  const utf8proc_category_t category = utf8proc_category(character);
  for (const utf8proc_category_t one : categories)
    if (category == one) return true;
  return false;
}

// Unicode's Cased.
bool is_cased(int c) {
  const auto within = [c](int first, int last) { return c >= first && c <= last; };
  return is_one_of(c, {UTF8PROC_CATEGORY_LU, UTF8PROC_CATEGORY_LL, UTF8PROC_CATEGORY_LT}) || c == 0xAA ||
         c == 0xBA || within(0x2160, 0x217F) || within(0x24B6, 0x24E9) || within(0x1F130, 0x1F149) ||
         within(0x1F150, 0x1F169) || within(0x1F170, 0x1F189);
}

// Unicode's Case_Ignorable: what may stand within a word, such as accents and apostrophes.
bool is_case_ignorable(int c) {
  for (const int one : {0x27, 0x2E, 0x3A, 0xB7, 0x387, 0x55F, 0x5F4, 0x2018, 0x2019, 0x2024, 0x2027, 0xFE13,
                        0xFE52, 0xFE55, 0xFF07, 0xFF0E, 0xFF1A})
    if (c == one) return true;
  return is_one_of(c, {UTF8PROC_CATEGORY_MN, UTF8PROC_CATEGORY_ME, UTF8PROC_CATEGORY_CF, UTF8PROC_CATEGORY_LM,
                       UTF8PROC_CATEGORY_SK});
}

// The first character; -1 if there is none.
int first_character(std::string_view text, size_t& size) {
  int32_t character = -1;
  const auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                       static_cast<utf8proc_ssize_t>(text.size()), &character);
  size = length > 0 ? static_cast<size_t>(length) : 0;
  return length > 0 ? character : -1;
}

// Whether the first character that may not be ignored is cased.
bool is_cased_after(std::string_view text) {
  size_t size = 0;
  for (int c = first_character(text, size); c >= 0; c = first_character(text, size)) {
    if (!is_case_ignorable(c)) return is_cased(c);
    text.remove_prefix(size);
  }
  return false;
}

// The same, from the end.
bool is_cased_before(std::string_view text) {
  while (!text.empty()) {
    size_t at = text.size() - 1;
    while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
    size_t size = 0;
    const int c = first_character(text.substr(at), size);
    if (c < 0) return false;
    if (!is_case_ignorable(c)) return is_cased(c);
    text = text.substr(0, at);
  }
  return false;
}

}  // namespace

bool is_word_character(int character) {
  const utf8proc_category_t category = utf8proc_category(character);
  return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
         (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO) || character == '_';
}

size_t write_lower(std::string_view text, size_t at, size_t size, int character, char* to) {
  constexpr int kCapitalSigma = 0x3A3, kFinalSigma = 0x3C2;
  const bool final_sigma = character == kCapitalSigma && is_cased_before(text.substr(0, at)) &&
                           !is_cased_after(text.substr(at + size));
  return static_cast<size_t>(utf8proc_encode_char(final_sigma ? kFinalSigma : utf8proc_tolower(character),
                                                  reinterpret_cast<utf8proc_uint8_t*>(to)));
}

}  // namespace lacuna::features

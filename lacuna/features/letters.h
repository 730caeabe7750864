// Characters as words and their lower case have them, by Unicode.
#pragma once
#include <cstddef>
#include <string_view>

namespace lacuna::features {

// A letter, a digit, another number or an underscore: what \w matches in Python.
bool is_word_character(int character);

// Writes the lower case of the character that is `text[at, at + size)` as UTF-8, in at most 4 bytes, and
// returns how many. The capital sigma needs to know what stands around it. İ is not for this function: its
// lower case is two characters.
size_t write_lower(std::string_view text, size_t at, size_t size, int character, char* to);

}  // namespace lacuna::features

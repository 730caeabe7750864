// Checks of UTF-8: names must be UTF-8, since configs are JSON.
#pragma once
#include <string>
#include <string_view>

namespace lacuna {

// How many bytes the first character takes; 0 if there is no valid one. Surrogates and overlong forms are not
// valid.
size_t utf8_character(std::string_view bytes);

bool is_utf8(std::string_view bytes);

// The bytes as text, in which each byte that belongs to no character is written like \xff.
std::string shown_utf8(std::string_view bytes);

// Returns the name of a layer, a model or a weight. It must be UTF-8 without NUL, since files and configs
// hold it. `where` starts the error.
const std::string& checked_name(const std::string& where, const std::string& name);

}  // namespace lacuna

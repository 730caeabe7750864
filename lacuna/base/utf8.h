// Whether bytes are UTF-8: names must be, since configs are JSON.
#pragma once
#include <string>
#include <string_view>

namespace lacuna {

// How many bytes the character at the front takes; 0 where none stands there. Neither halves of pairs nor
// numbers written longer than they need be are characters.
size_t utf8_character(std::string_view bytes);

bool is_utf8(std::string_view bytes);

// The same with every byte that belongs to no character as \xff.
std::string shown_utf8(std::string_view bytes);

// A name of a layer, a model or a weight, which files and configs must hold: UTF-8 without NUL. where: what
// errors start with.
const std::string& checked_name(const std::string& where, const std::string& name);

}  // namespace lacuna

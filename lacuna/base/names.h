// Names of classes and functions.
#pragma once
#include <string>
#include <string_view>

namespace lacuna {

// Keras' rule: a word begins where a capital has small letters or digits after it, and where one follows a
// small letter. PReLU: p_re_lu; GlobalMaxPooling1D: global_max_pooling1d; _Mine: private__mine.
std::string snake_case(const std::string& name);

// What errors repeat of what they got, in bytes.
inline constexpr size_t kShown = 200;
// A text as errors repeat it, in quotes: 'name'.
std::string in_quotes(std::string_view name);
// The same without quotes: cut where it is longer, between two characters of UTF-8.
std::string cut(std::string_view given);

}  // namespace lacuna

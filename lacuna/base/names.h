// Names of classes and functions.
#pragma once
#include <string>
#include <string_view>

#include "lacuna/base/export.h"

namespace LACUNA_EXPORT lacuna {

// Keras' rule: a word begins at a capital that is followed by a small letter or a digit, and at one that
// follows a small letter. PReLU: p_re_lu; GlobalMaxPooling1D: global_max_pooling1d; _Mine: private__mine.
std::string snake_case(const std::string& name);

// How many bytes of a received text errors show.
inline constexpr size_t kShown = 200;
// A received text as errors show it, in quotes: 'name'.
std::string in_quotes(std::string_view name);
// The same without quotes: a longer text is cut between two UTF-8 characters.
std::string cut(std::string_view given);

}  // namespace lacuna

// Converts configs to JSON and back.
#pragma once
#include <string>
#include <string_view>

#include "lacuna/base/config.h"

namespace LACUNA_EXPORT lacuna {

// The version of Keras whose format configs and files have.
inline constexpr auto kKerasVersion = "2.2.4";

// Numbers that are not finite are Infinity, -Infinity and NaN, as Python's json has them.
std::string to_json(const Config& config);
// Throws InvalidArgument, which starts with `where`, unless it is a JSON object of at most 1000 levels.
Config from_json(const char* where, std::string_view json);

}  // namespace lacuna

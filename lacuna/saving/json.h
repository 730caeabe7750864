// Configs as JSON.
#pragma once
#include <string>
#include <string_view>

#include "lacuna/base/config.h"

namespace lacuna {

// The version of Keras whose configs and files these are.
inline constexpr auto kKerasVersion = "2.2.4";

// Numbers that are not finite are Infinity, -Infinity and NaN, as Python's json has them.
std::string to_json(const Config& config);
// Throws InvalidArgument, which `where` starts, unless it is an object of JSON, at most 1000 levels deep.
Config from_json(const char* where, std::string_view json);

}  // namespace lacuna

// What get_config gives: settings by Keras' names.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <variant>

namespace lacuna {

using Setting =
    std::variant<std::monostate, bool, int64_t, double, std::string>;  // The first is Python's None.
using Config = std::map<std::string, Setting>;

}  // namespace lacuna

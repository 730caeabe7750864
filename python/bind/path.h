// Paths come as bytes: lacuna._files.path_of makes them. Errors go back to it.
#pragma once
#include <string>

#include "python/bind/bind.h"

namespace lacuna::bind {

inline std::string to_string(const nb::bytes& bytes) { return {bytes.c_str(), bytes.size()}; }

}  // namespace lacuna::bind

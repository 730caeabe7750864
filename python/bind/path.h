// Paths come from Python as bytes, which lacuna._files.path_of makes.
#pragma once
#include <string>

#include "python/bind/bind.h"

namespace lacuna::bind {

inline std::string string_of(const nb::bytes& bytes) { return {bytes.c_str(), bytes.size()}; }

}  // namespace lacuna::bind

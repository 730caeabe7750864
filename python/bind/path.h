// Paths come from Python as bytes, which lacuna._files.path_of makes.
#pragma once
#include <string>
#include <vector>

#include "python/bind/bind.h"

namespace lacuna::bind {

inline std::string string_of(const nb::bytes& bytes) { return {bytes.c_str(), bytes.size()}; }

inline std::vector<std::string> strings_of(const std::vector<nb::bytes>& list) {
  std::vector<std::string> result;
  for (const nb::bytes& bytes : list) result.push_back(string_of(bytes));
  return result;
}

}  // namespace lacuna::bind

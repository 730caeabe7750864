// The error of a parser about a line, in parts, so that a dataset can count it as a bad row.
#pragma once
#include <cstdint>
#include <string>
#include <utility>

#include "lacuna/base/error.h"

namespace lacuna::data {

struct BadLine : InvalidArgument {
  BadLine(const std::string& message, std::string reason_)
      : InvalidArgument(message), reason(std::move(reason_)) {}
  std::string reason;  // What must hold, and what was received.
};

}  // namespace lacuna::data

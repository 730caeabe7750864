// The texts that name ready models, such as "mlp:128,64".
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "lacuna/tensor/spec.h"

namespace lacuna::models {

// What a text names, and its numbers.
struct ReadyText {
  enum class Kind : uint8_t { linear, fm, mlp, wide_deep } kind = Kind::linear;
  std::vector<Dim> units{};
  Dim factors = 16;  // Or output_dim.
};

// Throws InvalidArgument for a text that names none.
ReadyText ready_text(const std::string& given);

}  // namespace lacuna::models

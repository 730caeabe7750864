// What the text of a served file tells: the network, where its weights are, and what its features learned.
#pragma once
#include <string>
#include <vector>

#include "lacuna/base/config.h"
#include "lacuna/serving/held_rows.h"
#include "lacuna/tensor/spec.h"

namespace lacuna::serving {

struct ServedWeight {
  std::string name{};
  Spec spec{};
  HeldRowsPlace place{};  // Of a dense weight: coding and rows alone.
};

struct ServedArray {
  std::string name{};
  DType dtype = DType::float32;
  Place place{};
};

struct ServedConfig {
  Config network{};
  std::vector<ServedWeight> weights{};
  std::vector<std::vector<ServedArray>> learned{};  // For each layer of features that learns.
};

std::string to_json(const ServedConfig& config);
// Throws InvalidArgument unless `json` is what to_json gives.
ServedConfig served_config(const char* where, const std::string& json);

}  // namespace lacuna::serving

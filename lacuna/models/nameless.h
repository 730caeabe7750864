// Finds functions in a model's config that have no name, so that they cannot be loaded again.
#pragma once
#include <string>
#include <vector>

#include "lacuna/base/config.h"

namespace lacuna {

// What holds each function without a name ('<lambda>', …) in the config: "layer 'lambda_1'", "loss".
std::vector<std::string> nameless(const Config& config);

}  // namespace lacuna

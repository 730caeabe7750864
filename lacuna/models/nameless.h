// Functions that a saved model names, and that no reader can find by that name.
#pragma once
#include <string>
#include <vector>

#include "lacuna/base/config.h"

namespace lacuna {

// What of a config stands for a function without a name ('<lambda>', …), by what holds it: "layer
// 'lambda_1'", "loss".
std::vector<std::string> nameless(const Config& config);

}  // namespace lacuna

// The axes that an op goes over.
#pragma once
#include <vector>

namespace lacuna {

using Axes = std::vector<int>;

}  // namespace lacuna

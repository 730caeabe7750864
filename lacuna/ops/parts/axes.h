// The type of a list of axes.
#pragma once
#include <vector>

#include "lacuna/base/export.h"

namespace LACUNA_EXPORT lacuna {

using Axes = std::vector<int>;

}  // namespace lacuna

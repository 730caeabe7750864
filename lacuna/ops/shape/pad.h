// Adds zeros at the ends of axes, or takes values away.
#pragma once
#include <vector>

#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

// before[i] and after[i]: how many zeros to add in front of and behind the values of axis i; a negative
// number takes that many values away. Dense.
Symbol pad(const Symbol& x, const std::vector<Dim>& before, const std::vector<Dim>& after);

}  // namespace lacuna

// Lets go of symbols, and of what they alone held, without recursion: graphs may be deep.
#pragma once
#include "lacuna/graph/symbol.h"

namespace lacuna {

void let_go(std::vector<Symbol>& symbols) noexcept;

}  // namespace lacuna

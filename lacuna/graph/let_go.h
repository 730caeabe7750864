// Releases symbols, and the nodes that only they kept alive, without recursion: graphs may be deep.
#pragma once
#include "lacuna/graph/symbol.h"

namespace lacuna {

void let_go(std::vector<Symbol>& symbols) noexcept;

}  // namespace lacuna

// The gates of an LSTM as one op.
#pragma once
#include <vector>

#include "lacuna/graph/symbol.h"

namespace lacuna {

// h' and c' from x and p, (batch, 4 units), whose sum has the gates i, f, g, o one after another, and c,
// (batch, units): c' = f c + i tanh(g), h' = o tanh(c'). hard: i, f and o take a hard_sigmoid, else a
// sigmoid.
std::vector<Symbol> lstm_gates(const Symbol& x, const Symbol& p, const Symbol& c, bool hard);

}  // namespace lacuna

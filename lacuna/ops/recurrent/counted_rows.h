// The rows of sequences that count by a mask, packed one after another.
#pragma once
#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

// x: (steps, batch, …), dense; mask: (steps, batch), of floats. The rows of x where the mask is not 0, step
// by step: (rows, …), as many as the data have.
Symbol counted_rows(const Symbol& x, const Symbol& mask);
// The inverse: (steps, batch, …), with zeros where the mask is 0.
Symbol at_counted_rows(const Symbol& rows, const Symbol& mask);

}  // namespace lacuna

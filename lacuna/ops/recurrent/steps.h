// The steps of sequences as rows, so that an op on rows treats each step by itself.
#pragma once
#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

// (batch, time, …) as (batch · time, …). Dense, of rank 2 or more; any dimension may be unknown.
Symbol steps_as_rows(const Symbol& x);
// Rows y, (batch · time, …), as (batch, time, …) again, with the batch and the time of x.
Symbol rows_as_steps(const Symbol& y, const Symbol& x);

}  // namespace lacuna

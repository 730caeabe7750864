#pragma once
#include "lacuna/graph/symbol.h"

namespace lacuna {

// The same values in another shape; one dimension may be -1. The first dimension stays the batch where it is
// open: target_shape does not name it. Dense.
Symbol reshape(const Symbol& x, const Shape& target_shape_without_batch);
// (batch, all else); csr passes through.
Symbol flatten(const Symbol& x);
// The shape of another symbol with as many values: the gradient of the two above.
Symbol reshape_like(const Symbol& x, const Symbol& like);
// An axis of 1 put in, or taken out; dense.
Symbol expand_dims(const Symbol& x, int axis = -1);
Symbol squeeze(const Symbol& x, int axis);

}  // namespace lacuna

// The same values in another shape.
#pragma once
#include "lacuna/graph/symbol.h"

namespace lacuna {

// Throws InvalidArgument unless the dimensions of a target are not negative, but for one -1.
void require_target(const Shape& target);
// The same values in another shape; one dimension may be -1. The first dimension stays the batch where it is
// open: target_shape does not name it. Dense.
Symbol reshape(const Symbol& x, const Shape& target_shape_without_batch);
// (batch, all else); csr passes through.
Symbol flatten(const Symbol& x);
// The batch too: all values in C order, one dimension may be -1, and an open one of x needs it. Dense of any
// rank; csr to csr, of rank 2, with up to 2^63 values, stored or not.
Symbol reshape_all(const Symbol& x, const Shape& target_shape);
// The shape of another symbol with as many values: the gradient of those above.
Symbol reshape_like(const Symbol& x, const Symbol& like);
// An axis of 1 put in, or taken out; dense. A csr matrix has rank 2 and keeps it.
Symbol expand_dims(const Symbol& x, int axis = -1);
Symbol squeeze(const Symbol& x, int axis);

}  // namespace lacuna

// The same values in another shape.
#pragma once
#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

// Throws InvalidArgument unless all dimensions of a target are 0 or more, except for at most one -1.
void require_target(const Shape& target);
// The same values in another shape; one dimension may be -1. The first dimension is the batch, which stays
// and is not part of target_shape. Dense.
Symbol reshape(const Symbol& x, const Shape& target_shape_without_batch);
// (batch, all other dimensions); csr passes through.
Symbol flatten(const Symbol& x);
// Reshapes the batch too: all values in C order. One dimension may be -1, and must be where x has an unknown
// (None) dimension. Dense of any rank; csr gives csr of rank 2, of up to 2^63 values, stored or not.
Symbol reshape_all(const Symbol& x, const Shape& target_shape);
// x in the shape of another symbol that has as many values: the gradient of the reshapes above.
Symbol reshape_like(const Symbol& x, const Symbol& like);
// Inserts or removes an axis of size 1; dense only, since a csr matrix always has rank 2.
Symbol expand_dims(const Symbol& x, int axis = -1);
Symbol squeeze(const Symbol& x, int axis);

}  // namespace lacuna

// Random tensors, drawn anew in each step.
#pragma once
#include "lacuna/base/random.h"
#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

// A dense tensor of values that are drawn as `draw` says (uniform, normal or truncated_normal). sizes: an
// integer vector, the size along each axis; known: the same as far as it is known, None elsewhere. Value j of
// row r depends on (seed of the run, draw.key, step, r, j) alone. No gradient flows. InvalidArgument if sizes
// are negative or are not those that are known.
Symbol random_values(const Symbol& sizes, const Shape& known, const Draw& draw, DType dtype = DType::float32);

}  // namespace lacuna

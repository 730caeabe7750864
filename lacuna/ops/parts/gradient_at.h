// Gradients brought to the storage of what they are the gradient of.
#pragma once
#include "lacuna/graph/registry.h"
#include "lacuna/ops/parts/broadcast_at.h"
#include "lacuna/ops/parts/cast.h"

namespace lacuna {

// g has the shape of x. At the entries of a sparse x; of a dense x all, since its own values are as many.
inline Symbol gradient_at(const Symbol& g, const Symbol& x) {
  return x.storage() == Storage::dense ? cast_storage(g, Storage::dense) : broadcast_at(g, x);
}

// The gradient that flows into a result of a node; a csr one has the result's pattern already.
inline Symbol gradient_into(const Node& node, const Symbol& g) {
  const Symbol y = apply(node.shared_op(), node.in());
  return g.storage() == y.storage() ? g : gradient_at(g, y);
}

}  // namespace lacuna

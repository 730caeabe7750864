// Brings a gradient to the storage of the symbol that it belongs to.
#pragma once
#include "lacuna/graph/registry.h"
#include "lacuna/ops/parts/broadcast_at.h"
#include "lacuna/ops/parts/cast.h"

namespace lacuna {

// The part of g, which has the shape of x, that belongs to x: its entries if x is sparse, all of g if x is
// dense.
inline Symbol gradient_at(const Symbol& g, const Symbol& x) {
  return x.storage() == Storage::dense ? cast_storage(g, Storage::dense) : broadcast_at(g, x);
}

// The gradient g of a node's result in the storage of that result. A csr g already has the pattern of the
// result.
inline Symbol gradient_into(const Node& node, const Symbol& g) {
  const Symbol y = apply(node.shared_op(), node.in());
  return g.storage() == y.storage() ? g : gradient_at(g, y);
}

}  // namespace lacuna

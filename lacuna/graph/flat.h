// Ops whose results do not follow their inputs, or in steps alone: comparisons, places, counts, ids. Their
// derivative is 0 almost everywhere; `struct Sign final : Flat<>` says so.
#pragma once
#include "lacuna/graph/op.h"

namespace lacuna {

template <class Base = Op>
struct Flat : Base {
  using Base::Base;
  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol>,
                               const std::vector<bool>&) const final {
    return std::vector<Symbol>(node.in().size());
  }
};

}  // namespace lacuna

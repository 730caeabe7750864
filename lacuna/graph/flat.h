// The base of ops whose derivative is 0 almost everywhere, such as comparisons, positions, counts and ids:
// `struct Sign final : Flat<>`.
#pragma once
#include "lacuna/graph/op.h"

namespace LACUNA_EXPORT lacuna {

template <class Base = Op>
struct Flat : Base {
  using Base::Base;
  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol>,
                               const std::vector<bool>&) const final {
    return std::vector<Symbol>(node.in().size());
  }
};

}  // namespace lacuna

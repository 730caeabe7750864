#include "lacuna/network/front.h"

#include <algorithm>
#include <map>

#include "lacuna/graph/op.h"
#include "lacuna/graph/variable.h"

namespace lacuna {
namespace {

// What is known of a node: whether it can be computed in front, and whether features are made on the way to
// it.
struct Known {
  bool in_front = false, makes_features = false;
};

}  // namespace

std::vector<Symbol> front_of(const std::vector<Symbol>& inputs, const std::vector<Symbol>& outputs) {
  const auto nodes = in_order(outputs);
  if (std::ranges::none_of(nodes, [](const auto& node) { return node->op().makes_features(); })) return {};
  std::map<const Node*, Known> known;
  std::vector<Symbol> front;
  const auto cut = [&](const Symbol& symbol) {
    const Known& of = known[symbol.node().get()];
    if (of.in_front && of.makes_features && std::ranges::count(front, symbol) == 0) front.push_back(symbol);
  };
  for (const auto& node : nodes) {
    if (is_placeholder(Symbol(node, 0))) continue;
    Known here{.in_front = !node->in().empty() || constant_value(*node),
               .makes_features = node->op().makes_features()};
    for (const Symbol& in : node->in()) {
      const Known& before = known[in.node().get()];
      // Floats that are computed may depend on weights or random numbers; ids do not.
      here.in_front &= std::ranges::count(inputs, in) > 0 || (before.in_front && !is_float(in.dtype()));
      here.makes_features |= before.makes_features;
    }
    known[node.get()] = here;
    if (!here.in_front)
      for (const Symbol& in : node->in()) cut(in);
  }
  for (const Symbol& output : outputs) cut(output);
  return front;
}

}  // namespace lacuna

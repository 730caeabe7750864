// Gradients in reverse mode, over the nodes in order.
#include "lacuna/graph/gradient.h"

#include <unordered_map>
#include <unordered_set>

#include "lacuna/base/error.h"
#include "lacuna/graph/op.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/variable.h"

namespace lacuna {

std::vector<Symbol> gradients(const Symbol& loss, const std::vector<Symbol>& with_respect_to) {
  LACUNA_REQUIRE(loss.rank() == 0, "gradients: the loss must be a scalar. Received: loss=", loss.spec(), ".");
  std::unordered_set<const Node*> learns;
  for (const Symbol& s : with_respect_to) learns.insert(s.node().get());
  const auto order = in_order({loss});
  for (const auto& node : order)
    for (const Symbol& s : node->in())
      if (learns.contains(s.node().get())) learns.insert(node.get());

  std::unordered_map<const Node*, std::vector<Symbol>> of;
  of[loss.node().get()] = std::vector<Symbol>(loss.node()->out().size());
  of[loss.node().get()][loss.output()] = constant(1.0, loss.dtype());
  for (size_t n = order.size(); n-- > 0;) {
    const Node& node = *order[n];
    const auto found = of.find(&node);
    if (found == of.end() || !learns.contains(&node) || node.in().empty()) continue;
    std::vector<bool> wanted;
    for (const Symbol& s : node.in()) wanted.push_back(learns.contains(s.node().get()));
    const std::vector<Symbol> din = node.op().gradient(node, found->second, wanted);
    for (size_t i = 0; i < din.size(); ++i) {
      if (!wanted[i] || !din[i]) continue;
      const Symbol& input = node.in(i);
      auto& places = of[input.node().get()];
      places.resize(input.node()->out().size());
      Symbol& place = places[input.output()];
      place = place ? add_gradients(place, din[i]) : din[i];
    }
  }
  std::vector<Symbol> result;
  for (const Symbol& s : with_respect_to) {
    const auto found = of.find(s.node().get());
    result.push_back(found == of.end() ? Symbol() : found->second[s.output()]);
  }
  return result;
}

std::vector<Symbol> substitute(const std::vector<Symbol>& outputs, const std::vector<Symbol>& from,
                               const std::vector<Symbol>& to) {
  std::unordered_map<const Node*, std::vector<Symbol>> made;  // A node's results in the new graph.
  for (size_t i = 0; i < from.size(); ++i) {
    auto& places = made[from[i].node().get()];
    places.resize(from[i].node()->out().size());
    places[from[i].output()] = to[i];
  }
  for (const auto& node : in_order(outputs)) {
    if (made.contains(node.get())) continue;
    std::vector<Symbol> in;
    bool changed = false;
    for (const Symbol& s : node->in()) {
      in.push_back(made.at(s.node().get())[s.output()]);
      changed |= !(in.back() == s);
    }
    const auto now = changed ? apply_node(node->shared_op(), std::move(in)) : node;
    auto& places = made[node.get()];
    for (size_t i = 0; i < now->out().size(); ++i) places.emplace_back(now, i);
  }
  std::vector<Symbol> result;
  for (const Symbol& s : outputs) result.push_back(made.at(s.node().get())[s.output()]);
  return result;
}

}  // namespace lacuna

// Gradients in reverse mode, over the nodes in order.
#include "lacuna/graph/gradient.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "lacuna/base/error.h"
#include "lacuna/graph/op.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/variable.h"

namespace lacuna {

std::vector<Symbol> gradients(const Symbol& loss, const std::vector<Symbol>& with_respect_to) {
  LACUNA_REQUIRE(loss.rank() == 0, "gradients: the loss must be a scalar. Received: loss=", loss.spec(), ".");
  return gradients({loss}, {constant(1.0, loss.dtype())}, with_respect_to);
}

std::vector<Symbol> gradients(const std::vector<Symbol>& outputs, const std::vector<Symbol>& douts,
                              const std::vector<Symbol>& with_respect_to) {
  std::unordered_set<const Node*> learns;
  for (const Symbol& s : with_respect_to) learns.insert(s.node().get());
  const auto order = in_order(outputs);
  for (const auto& node : order)
    for (const Symbol& s : node->in())
      if (learns.contains(s.node().get())) learns.insert(node.get());

  std::unordered_map<const Node*, std::vector<Symbol>> of;
  const auto flows = [&](const Symbol& to, const Symbol& gradient) {
    auto& places = of[to.node().get()];
    places.resize(to.node()->out().size());
    Symbol& place = places[to.output()];
    place = place ? add_gradients(place, gradient) : gradient;
  };
  for (size_t i = 0; i < outputs.size(); ++i) flows(outputs[i], douts[i]);
  for (size_t n = order.size(); n-- > 0;) {
    const Node& node = *order[n];
    const auto found = of.find(&node);
    if (found == of.end() || !learns.contains(&node) || node.in().empty()) continue;
    std::vector<bool> wanted;
    for (const Symbol& s : node.in()) wanted.push_back(learns.contains(s.node().get()));
    const std::vector<Symbol> din = node.op().gradient(node, found->second, wanted);
    for (size_t i = 0; i < din.size(); ++i)
      if (wanted[i] && din[i]) flows(node.in(i), din[i]);
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
    const auto given = made.find(node.get());  // A node may have results beside those that are replaced.
    if (given != made.end() && std::ranges::all_of(given->second, [](const Symbol& s) { return bool(s); }))
      continue;
    std::vector<Symbol> in;
    bool changed = false;
    for (const Symbol& s : node->in()) {
      in.push_back(made.at(s.node().get())[s.output()]);
      changed |= !(in.back() == s);
    }
    const auto now = changed ? apply_node(node->shared_op(), std::move(in)) : node;
    auto& places = made[node.get()];
    places.resize(now->out().size());
    for (size_t i = 0; i < now->out().size(); ++i)
      if (!places[i]) places[i] = Symbol(now, i);
  }
  std::vector<Symbol> result;
  for (const Symbol& s : outputs) result.push_back(made.at(s.node().get())[s.output()]);
  return result;
}

}  // namespace lacuna

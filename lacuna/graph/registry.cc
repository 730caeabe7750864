// The tables of known nodes and of ops.
#include "lacuna/graph/registry.h"

#include <mutex>
#include <unordered_map>

#include "lacuna/graph/let_go.h"
#include "lacuna/graph/rule.h"
#include "lacuna/graph/strict.h"

namespace lacuna {
namespace {

// Nodes by op and inputs. Weak: a node lives as long as a symbol names it. Never destroyed, since symbols may
// outlive the statics.
struct KnownNodes {
  std::mutex mutex;
  std::unordered_map<std::string, std::weak_ptr<const Node>> nodes;
};
KnownNodes& known() {
  static auto* table = new KnownNodes;
  return *table;
}

std::string identity(const Op& op, const std::vector<Symbol>& in) {
  std::string result = op.key();
  for (const Symbol& s : in) result += text('|', s.node().get(), '.', s.output());
  return result;
}

using Examples = std::vector<Example> (*)();
std::map<std::string, Examples>& ops() {
  static auto* table = new std::map<std::string, Examples>;
  return *table;
}

Symbol (*registered_add)(const Symbol&, const Symbol&) = nullptr;

void refuse_strings(const Op& op, const std::vector<Symbol>& in) {
  if (op.takes_strings()) return;
  for (size_t i = 0; i < in.size(); ++i)
    LACUNA_REQUIRE(in[i].dtype() != DType::string, op.name(), ": inputs must be numbers. Received: in[", i,
                   "]=", in[i].spec(),
                   "; layers such as StringLookup, Hashing and TextVectorization turn strings into numbers.");
}

}  // namespace

const Spec& Symbol::spec() const { return node_->out()[output_]; }

Symbol Symbol::with_origin(std::shared_ptr<const Origin> origin) const {
  Symbol result = *this;
  result.origin_ = std::move(origin);
  return result;
}

Node::Node(std::shared_ptr<const Op> op, std::vector<Symbol> in, std::vector<Spec> out, std::string key)
    : op_(std::move(op)), in_(std::move(in)), out_(std::move(out)), key_(std::move(key)) {}

Node::~Node() {
  {
    KnownNodes& table = known();
    const std::lock_guard lock(table.mutex);
    const auto found = table.nodes.find(key_);
    if (found != table.nodes.end() && found->second.expired()) table.nodes.erase(found);
  }
  let_go(in_);
}

void let_go(std::vector<Symbol>& symbols) noexcept {
  thread_local std::vector<Symbol>* waiting = nullptr;  // Of the outermost call.
  if (waiting) {
    try {
      waiting->insert(waiting->end(), symbols.begin(), symbols.end());
      symbols.clear();
    } catch (const std::bad_alloc&) {  // Then they are released by recursion.
    }
    return;
  }
  std::vector<Symbol> all;
  all.swap(symbols);
  waiting = &all;
  while (!all.empty()) {
    const Symbol last = std::move(all.back());  // If it was the last one of its node, the node adds to `all`.
    all.pop_back();
  }
  waiting = nullptr;
}

std::shared_ptr<const Node> apply_node(std::shared_ptr<const Op> op, std::vector<Symbol> in) {
  refuse_strings(*op, in);
  std::vector<Spec> out = infer_or_densify(*op, in);
  KnownNodes& table = known();
  std::string key = identity(*op, in);
  const std::lock_guard lock(table.mutex);
  if (const auto found = table.nodes.find(key); found != table.nodes.end())
    if (auto node = found->second.lock()) return node;
  std::weak_ptr<const Node>& place = table.nodes[key];  // First: if it threw later, ~Node would lock again.
  auto node = std::make_shared<const Node>(std::move(op), std::move(in), std::move(out), std::move(key));
  place = node;
  return node;
}

Symbol apply(std::shared_ptr<const Op> op, std::vector<Symbol> in) {
  return {apply_node(std::move(op), std::move(in)), 0};
}

std::vector<std::shared_ptr<const Node>> in_order(const std::vector<Symbol>& outputs) {
  std::vector<std::shared_ptr<const Node>> order;
  std::unordered_map<const Node*, bool> done;  // false: on the way down
  std::vector<std::shared_ptr<const Node>> stack;
  for (const Symbol& s : outputs) {
    stack.push_back(s.node());
    while (!stack.empty()) {  // No recursion: graphs may be deep.
      const auto node = stack.back();
      const auto [place, fresh] = done.try_emplace(node.get(), false);
      if (!fresh) {
        stack.pop_back();
        if (!place->second) {
          place->second = true;
          order.push_back(node);
        }
        continue;
      }
      for (size_t i = node->in().size(); i-- > 0;)
        if (!done.contains(node->in(i).node().get())) stack.push_back(node->in(i).node());
    }
  }
  return order;
}

bool register_op(const std::string& name, Examples examples) {
  ops()[name] = examples;
  return true;
}

std::vector<Registration> registered_ops() {
  std::vector<Registration> result;
  for (const auto& [name, examples] : ops()) result.push_back({name, examples()});
  return result;
}

void register_add(Symbol (*add)(const Symbol&, const Symbol&)) { registered_add = add; }
Symbol add_gradients(const Symbol& a, const Symbol& b) { return registered_add(a, b); }

}  // namespace lacuna

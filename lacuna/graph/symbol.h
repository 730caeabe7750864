// A Symbol names one result of a Node: an op on symbols. Symbols are hash-consed: the same op with the same
// parameters on the same inputs is the same node, so gradients share work with the forward pass.
#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "lacuna/tensor/spec.h"

namespace LACUNA_EXPORT lacuna {

class Node;
class Op;

// The base of a record of what made a symbol, such as a layer; the graph itself does not know layers.
struct Origin {
  virtual ~Origin() = default;
};

class Symbol {
 public:
  Symbol() = default;  // Empty: no gradient flows here.
  Symbol(std::shared_ptr<const Node> node, size_t output) : node_(std::move(node)), output_(output) {}

  explicit operator bool() const { return node_ != nullptr; }
  bool operator==(const Symbol& other) const { return node_ == other.node_ && output_ == other.output_; }

  const std::shared_ptr<const Node>& node() const { return node_; }
  size_t output() const { return output_; }
  const Spec& spec() const;
  const Shape& shape() const { return spec().shape; }
  DType dtype() const { return spec().dtype; }
  Storage storage() const { return spec().storage; }
  size_t rank() const { return spec().shape.size(); }

  const std::shared_ptr<const Origin>& origin() const { return origin_; }
  Symbol with_origin(std::shared_ptr<const Origin> origin) const;

 private:
  std::shared_ptr<const Node> node_{};
  size_t output_ = 0;
  std::shared_ptr<const Origin> origin_{};
};

class Node {
 public:
  // `key` differs from that of all nodes that compute something else.
  Node(std::shared_ptr<const Op> op, std::vector<Symbol> in, std::vector<Spec> out, std::string key);
  ~Node();  // Removes it from the table of known nodes.
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  const Op& op() const { return *op_; }
  const std::shared_ptr<const Op>& shared_op() const { return op_; }
  const std::vector<Symbol>& in() const { return in_; }
  const Symbol& in(size_t i) const { return in_[i]; }
  const std::vector<Spec>& out() const { return out_; }

 private:
  std::shared_ptr<const Op> op_;
  std::vector<Symbol> in_;
  std::vector<Spec> out_;
  std::string key_;
};

// All nodes that `outputs` need, each after its inputs.
std::vector<std::shared_ptr<const Node>> in_order(const std::vector<Symbol>& outputs);

}  // namespace lacuna

// The registry of all ops by name; tests/contract_test.cc tests each of them.
#pragma once
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lacuna/graph/op.h"

namespace LACUNA_EXPORT lacuna {

// The node of `op` on these inputs: checked, inferred, hash-consed.
std::shared_ptr<const Node> apply_node(std::shared_ptr<const Op> op, std::vector<Symbol> in);
// The first result of that node.
Symbol apply(std::shared_ptr<const Op> op, std::vector<Symbol> in);

// What an input of an example may hold.
enum class Values : uint8_t {
  real,      // of both signs, away from the kinks of activations
  positive,  // above 0.1
  small,     // of both signs, within (-1, 1), away from 0
  above_one,
  zero_one,  // 0 or 1
  ids,       // whole numbers in [0, limit)
};

// Inputs that an op can be tried on: the contract test makes tensors of them in every storage of the op's
// table, for several sizes of the batch (dimensions that are None).
struct Example {
  struct Input {
    Shape shape;
    DType dtype = DType::float32;  // float32 means float64 too.
    Values values = Values::real;
    int64_t limit = 0;
  };
  std::shared_ptr<const Op> op;
  std::vector<Input> in;
};

struct Registration {
  std::string name;
  std::vector<Example> examples;
};

// Adds an op; to be called once for each, before main, by a static in the op's file:
//   const bool registered = register_op("dot", [] { return std::vector<Example>{…}; });
// Examples are made when asked for.
bool register_op(const std::string& name, std::vector<Example> (*examples)());
std::vector<Registration> registered_ops();  // By name.

// The op that adds gradients of the same symbol. It registers itself, since the graph does not include the
// room of ops.
void register_add(Symbol (*add)(const Symbol& a, const Symbol& b));
Symbol add_gradients(const Symbol& a, const Symbol& b);

}  // namespace lacuna

// Whether an op that has no kernel for sparse operands is an error. It is, unless a user turns strictness
// off.
#pragma once
#include <string_view>

#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

namespace config {

// true by default. If false, sparse operands of such an op are made dense, and a warning at the first run
// names the op, the storages and the bytes. It applies to graphs that are built from now on.
void set_strict_sparse(bool strict);
bool strict_sparse();

}  // namespace config

// The op that makes a sparse operand of `op` dense and warns. It registers itself, since the graph does not
// include the room of ops.
void register_densify(Symbol (*densify)(const Symbol& x, std::string_view op));

// The specs of op's results. If it cannot take its inputs and strictness is off, one sparse input is made
// dense in `in`, or all of them if one is not enough. Throws what op.infer throws.
std::vector<Spec> infer_or_densify(const Op& op, std::vector<Symbol>& in);

}  // namespace lacuna

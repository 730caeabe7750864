// Whether an op that has no kernel for sparse operands is an error. It is, unless a user says otherwise.
#pragma once
#include <string_view>

#include "lacuna/graph/symbol.h"

namespace lacuna {

namespace config {

// true at first. false: such an op gets its sparse operands dense, and a warning names the op, the storages
// and the bytes at the first run. For graphs that are built from now on.
void set_strict_sparse(bool strict);
bool strict_sparse();

}  // namespace config

// The op that makes a sparse operand of `op` dense and warns, without its room being known here.
void register_densify(Symbol (*densify)(const Symbol& x, std::string_view op));

// The specs of op's results. Where it cannot take its inputs as they are, and strictness is off, as few of
// the sparse ones as will do are replaced by dense ones. Throws what op.infer throws.
std::vector<Spec> infer_or_densify(const Op& op, std::vector<Symbol>& in);

}  // namespace lacuna

// The setting of strictness, and dense operands without it.
#include "lacuna/graph/strict.h"

#include <atomic>
#include <optional>

#include "lacuna/base/error.h"
#include "lacuna/graph/op.h"

namespace lacuna {
namespace {

std::atomic<bool> strict = true;
Symbol (*registered_densify)(const Symbol&, std::string_view) = nullptr;

std::vector<Spec> specs_of(const std::vector<Symbol>& in) {
  std::vector<Spec> specs;
  for (const Symbol& s : in) specs.push_back(s.spec());
  return specs;
}

bool can_be_dense(const Symbol& s) {
  return s.storage() == Storage::csr || s.storage() == Storage::row_sparse;
}

// The specs of op's results with the operands `which` made dense in `in`; nothing if it cannot take them
// either.
std::optional<std::vector<Spec>> tried(const Op& op, std::vector<Symbol>& in,
                                       const std::vector<size_t>& which) {
  std::vector<Spec> specs = specs_of(in);
  for (const size_t i : which) specs[i].storage = Storage::dense;
  try {
    std::vector<Spec> out = op.infer(specs);
    for (const size_t i : which) in[i] = registered_densify(in[i], op.name());
    return out;
  } catch (const InvalidArgument&) {
    return std::nullopt;
  }
}

}  // namespace

void config::set_strict_sparse(bool on) { strict = on; }
bool config::strict_sparse() { return strict; }

void register_densify(Symbol (*densify)(const Symbol&, std::string_view)) { registered_densify = densify; }

std::vector<Spec> infer_or_densify(const Op& op, std::vector<Symbol>& in) {
  try {
    return op.infer(specs_of(in));
  } catch (const InvalidArgument&) {
    if (strict) throw;
    std::vector<size_t> sparse;
    for (size_t i = 0; i < in.size(); ++i)
      if (can_be_dense(in[i])) sparse.push_back(i);
    if (sparse.size() > 1)
      for (const size_t i : sparse)
        if (auto out = tried(op, in, {i})) return *out;
    if (!sparse.empty())
      if (auto out = tried(op, in, sparse)) return *out;
    throw;
  }
}

}  // namespace lacuna

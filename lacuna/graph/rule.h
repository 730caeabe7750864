// A storage table: one row for each combination of storages that an op can run on. Inference, dispatch, the
// error and the docs page read the same rows, so they cannot disagree.
#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "lacuna/graph/op.h"

namespace LACUNA_EXPORT lacuna {

// out: tensors of the rule's storages, reused from step to step; the kernel sets their sizes.
using Kernel = void (*)(const Op& op, Context& context, std::span<const Tensor* const> in,
                        std::span<Tensor* const> out);

struct Rule {
  std::vector<Storage> in;
  std::vector<Storage> out;
  Kernel cpu;
  std::vector<Storage> or_last{};  // If inputs repeat: other storages for each repetition.
};

struct Rules {
  std::vector<Rule> rows;
  bool repeats = false;  // The last input may be repeated, as in concatenate.
};

// Costs that many ops have. If the result is an input, or shares its memory:
inline constexpr std::string_view kShared = "1";
// If the kernel visits only the stored values, and if it also visits each row of csr:
constexpr std::string_view stored_values(Storage storage) {
  return storage == Storage::dense ? "elements"
         : storage == Storage::csr ? "non-zeros"
                                   : "stored rows × units";
}
constexpr std::string_view rows_and_stored(Storage storage) {
  return storage == Storage::csr ? "rows + non-zeros" : stored_values(storage);
}

bool fits(const Rule& rule, std::span<const Storage> in, bool repeats);

// The rule for these inputs, or an error that lists the rules there are.
const Rule& rule_for(const Op& op, std::span<const Spec> in);

}  // namespace lacuna

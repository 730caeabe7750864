// A storage table: one line per way an op can run. Inference, dispatch, the error and the docs page read the
// same lines, so they cannot disagree.
#pragma once
#include <span>
#include <vector>

#include "lacuna/graph/op.h"

namespace lacuna {

// out: tensors of the rule's storages, used again from step to step; the kernel sets their sizes.
using Kernel = void (*)(const Op& op, Context& context, std::span<const Tensor* const> in,
                        std::span<Tensor* const> out);

struct Rule {
  std::vector<Storage> in;
  std::vector<Storage> out;
  Kernel cpu;
  std::vector<Storage> or_last{};  // Where inputs repeat: what each repetition may be instead, in any mix.
};

struct Rules {
  std::vector<Rule> rows;
  bool repeats = false;  // The last input may stand any number of times, as in concatenate.
};

bool fits(const Rule& rule, std::span<const Storage> in, bool repeats);

// The rule for these inputs, or an error that lists the rules there are.
const Rule& rule_for(const Op& op, std::span<const Spec> in);

}  // namespace lacuna

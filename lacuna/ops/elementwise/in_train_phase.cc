// in_train_phase: the first of two inputs in training, else the second.
//
//   dx = dy in training, else 0; the other way round for the second input
#include "lacuna/ops/elementwise/in_train_phase.h"

#include <atomic>

#include "lacuna/base/error.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/elementwise/scale.h"
#include "lacuna/ops/parts/alias.h"
#include "lacuna/ops/parts/broadcast.h"
#include "lacuna/ops/parts/broadcast_at.h"
#include "lacuna/ops/parts/fixed_phase.h"

namespace lacuna {
namespace {

constexpr int kNotFixed = -1;
std::atomic<int> fixed_phase = kNotFixed;

struct InTrainPhase final : Op {
  std::string_view name() const override { return "in_train_phase"; }

  std::string_view cost(const Rule&) const override { return kShared; }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{{{dense, dense}, {dense}, run}, {{csr, csr}, {csr}, run}}};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec &x = in[0], &alt = in[1];
    bool fits = x.dtype == alt.dtype && x.shape.size() == alt.shape.size();
    for (size_t i = 0; fits && i < x.shape.size(); ++i)
      fits = x.shape[i] == alt.shape[i] || x.shape[i] == None || alt.shape[i] == None;
    LACUNA_REQUIRE(fits, "in_train_phase: x and alt must have one shape and dtype. Received: x=", x,
                   ", alt=", alt, ".");
    return {{x.shape, x.dtype, rule_for(*this, in).out[0]}};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dy,
                               const std::vector<bool>& wanted) const override {
    const auto part = [&](size_t i) {
      if (!wanted[i]) return Symbol();
      const Symbol& x = node.in(i);
      const Symbol d = x.storage() == Storage::dense ? dy[0] : broadcast_at(dy[0], x), zero = scale(d, 0);
      return i == 0 ? in_train_phase(d, zero) : in_train_phase(zero, d);
    };
    return {part(0), part(1)};
  }

  static void run(const Op&, Context& context, std::span<const Tensor* const> in,
                  std::span<Tensor* const> out) {
    // Checks sizes that were unknown before the run.
    LACUNA_REQUIRE(dims_of(*in[0]) == dims_of(*in[1]),
                   "in_train_phase: x and alt must have one shape and dtype. Received: x=", in[0]->spec(),
                   ", alt=", in[1]->spec(), ".");
    alias(*in[context.training ? 0 : 1], *out[0]);
  }
};

const bool in_train_phase_registered = register_op("in_train_phase", [] {
  const auto op = std::make_shared<InTrainPhase>();
  return std::vector<Example>{{op, {{{None, 4}}, {{None, 4}}}}, {op, {{{None, 3, 2}}, {{None, 3, 2}}}}};
});

}  // namespace

void set_learning_phase(std::optional<bool> training) {
  fixed_phase = training ? (*training ? 1 : 0) : kNotFixed;
}

std::optional<bool> fixed_learning_phase() {
  const int phase = fixed_phase;
  return phase == kNotFixed ? std::nullopt : std::optional<bool>(phase == 1);
}

Symbol in_train_phase(const Symbol& x, const Symbol& alt) {
  if (FixedPhase::trains()) return x;
  static const auto op = std::make_shared<InTrainPhase>();
  return apply(op, {x, alt});
}

}  // namespace lacuna

// scatter_elemwise_div: c = a / b where a stores a value, and nowhere else.
//
//   da = dc / b, db = -dc c / b, at the entries of a
#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/elementwise/arithmetic_functions.h"
#include "lacuna/ops/elementwise/arithmetic_op.h"
#include "lacuna/ops/elementwise/unary.h"
#include "lacuna/ops/parts/entries.h"

namespace lacuna {
namespace {

// c = a / b for a and b with the same pattern.
struct ScatterDivide final : Op {
  std::string_view name() const override { return "scatter_elemwise_div"; }

  static void run(const Op& op, Context&, cpu::In in, cpu::Out out) {
    LACUNA_REQUIRE(same_entries(*in[0], *in[1]), op.name(),
                   ": a and b must have their entries at the same places. Received: a=", in[0]->spec(),
                   ", b=", in[1]->spec(), ".");
    cpu::same_entries_of(cpu::kBinaryFunction<DivideOf>, in, out);
  }

  std::string_view cost(const Rule& rule) const override { return stored_values(rule.in[0]); }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{
        {{csr, csr}, {csr}, run},
        {{row_sparse, row_sparse}, {row_sparse}, run},
    }};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    LACUNA_REQUIRE(in[0].dtype == in[1].dtype && is_float(in[0].dtype), name(),
                   ": a and b must have one float dtype. Received: a=", in[0], ", b=", in[1], ".");
    return {{in[0].shape, in[0].dtype, rule_for(*this, in).out[0]}};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dc,
                               const std::vector<bool>& wanted) const override {
    const Symbol &a = node.in(0), &b = node.in(1), of_a = scatter_elemwise_div(broadcast_at(dc[0], a), b);
    return {wanted[0] ? of_a : Symbol{},
            wanted[1] ? negative(multiply(of_a, apply(node.shared_op(), {a, b}))) : Symbol{}};
  }
};

const bool scatter_divide_registered = register_op("scatter_elemwise_div", [] {
  return std::vector<Example>{{std::make_shared<ScatterDivide>(), {{{None, 4}}, {{None, 4}}}}};
});

}  // namespace

Symbol scatter_elemwise_div(const Symbol& a, const Symbol& b) {
  return b.storage() == Storage::dense ? divide(a, b) : applied_to<ScatterDivide>(a, broadcast_at(b, a));
}

}  // namespace lacuna

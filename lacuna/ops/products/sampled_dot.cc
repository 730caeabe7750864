// sampled_dot: S = A Bᵀ where a csr pattern has entries; the gradient of a csr operand of dot.
//
//   dA = dS B,  dB = dSᵀ A      at the entries of sparse ones
#include "lacuna/ops/products/sampled_dot.h"

#include "lacuna/base/error.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/parts/gradient_at.h"
#include "lacuna/ops/products/dot.h"
#include "lacuna/ops/products/dot_t.h"
#include "lacuna/ops/products/sampled_dot_t.h"

namespace lacuna {

namespace cpu {  // sampled_dot_cpu.cc
using In = std::span<const Tensor* const>;
using Out = std::span<Tensor* const>;
void sampled_dot_rows(const Op&, Context&, In, Out);
void sampled_dot_some_rows(const Op&, Context&, In, Out);
void sampled_dot_csr(const Op&, Context&, In, Out);
}  // namespace cpu

namespace {

struct SampledDot final : Op {
  std::string_view name() const override { return "sampled_dot"; }

  std::string_view cost(const Rule& rule) const override {
    if (rule.in[1] == Storage::csr)
      return "rows + for each non-zero (r, c) of the pattern the non-zeros of row c of b";
    return rule.in[1] == Storage::row_sparse ? "rows + stored rows + non-zeros × units"
                                             : "rows + non-zeros × units";
  }

  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{
        // A      B          pattern   S
        {{dense, dense, csr}, {csr}, cpu::sampled_dot_rows},
        {{dense, row_table, csr}, {csr}, cpu::sampled_dot_rows},
        {{dense, row_sparse, csr}, {csr}, cpu::sampled_dot_some_rows},
        {{row_sparse, row_sparse, csr}, {csr}, cpu::sampled_dot_some_rows},
        {{dense, csr, csr}, {csr}, cpu::sampled_dot_csr},
        {{csr, csr, csr}, {csr}, cpu::sampled_dot_csr},
    }};
    return rules;
  }

  int rows_named_by(size_t input) const override { return input == 1 ? 2 : kAllRows; }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec &a = in[0], &b = in[1], &pattern = in[2];
    LACUNA_REQUIRE(a.shape.size() == 2 && b.shape.size() == 2 && pattern.shape.size() == 2,
                   "sampled_dot: a, b and pattern must be matrices. Received: a=", a, ", b=", b,
                   ", pattern=", pattern, ".");
    LACUNA_REQUIRE(a.dtype == b.dtype && a.dtype == pattern.dtype && is_float(a.dtype),
                   "sampled_dot: a, b and pattern must have one float dtype. Received: a=", a, ", b=", b,
                   ", pattern=", pattern, ".");
    return {{pattern.shape, a.dtype, rule_for(*this, in).out[0]}};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dout,
                               const std::vector<bool>& wanted) const override {
    const Symbol &a = node.in(0), &b = node.in(1);
    if (!wanted[0] && !wanted[1]) return {{}, {}, {}};
    if (a.storage() == Storage::row_sparse) return Op::gradient(node, dout, wanted);
    const Symbol ds = gradient_into(node, dout[0]);
    Symbol da, db;
    if (wanted[0]) da = gradient_at(dot(ds, b), a);
    if (wanted[1]) {
      if (b.storage() == Storage::csr) db = sampled_dot_t(ds, a, b);
      else db = b.storage() == Storage::row_sparse ? gradient_at(dot_t(ds, a), b) : dot_t(ds, a);
    }
    return {da, db, {}};
  }
};

const bool sampled_dot_registered = register_op("sampled_dot", [] {
  return std::vector<Example>{{std::make_shared<SampledDot>(), {{{None, 3}}, {{7, 3}}, {{None, 7}}}}};
});

}  // namespace

Symbol sampled_dot(const Symbol& a, const Symbol& b, const Symbol& pattern) {
  static const auto op = std::make_shared<SampledDot>();
  return apply(op, {a, b, pattern});
}

}  // namespace lacuna

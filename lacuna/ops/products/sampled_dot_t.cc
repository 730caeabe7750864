// sampled_dot_t: Aᵀ B where a csr pattern has entries; the gradient of a csr second operand of dot.
//
//   dA = B dSᵀ,  dB = A dS      at the entries of csr ones
#include "lacuna/ops/products/sampled_dot_t.h"

#include "lacuna/base/error.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/parts/gradient_at.h"
#include "lacuna/ops/products/dot.h"
#include "lacuna/ops/products/dot_nt.h"
#include "lacuna/ops/products/sampled_dot.h"

namespace lacuna {

namespace cpu {  // sampled_dot_cpu.cc
void sampled_dot_t(const Op&, Context&, std::span<const Tensor* const>, std::span<Tensor* const>);
}  // namespace cpu

namespace {

struct SampledDotT final : Op {
  std::string_view name() const override { return "sampled_dot_t"; }

  std::string_view cost(const Rule& rule) const override {
    if (rule.in[0] == Storage::csr)
      return "rows + for each non-zero (r, c) of a the non-zeros of row c of the pattern";
    return "elements of a + rows × non-zeros of the pattern";
  }

  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{
        // A      B      pattern   S
        {{dense, dense, csr}, {csr}, cpu::sampled_dot_t},
        {{dense, csr, csr}, {csr}, cpu::sampled_dot_t},
        {{csr, dense, csr}, {csr}, cpu::sampled_dot_t},
        {{csr, csr, csr}, {csr}, cpu::sampled_dot_t},
    }};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec &a = in[0], &b = in[1], &pattern = in[2];
    LACUNA_REQUIRE(
        a.shape.size() >= 2 && b.shape.size() == a.shape.size() && pattern.shape.size() == 2,
        "sampled_dot_t: a and b must have one rank of 2 or more and pattern be a matrix. Received: a=", a,
        ", b=", b, ", pattern=", pattern, ".");
    LACUNA_REQUIRE(a.dtype == b.dtype && a.dtype == pattern.dtype && is_float(a.dtype),
                   "sampled_dot_t: a, b and pattern must have one float dtype. Received: a=", a, ", b=", b,
                   ", pattern=", pattern, ".");
    return {{pattern.shape, a.dtype, rule_for(*this, in).out[0]}};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dout,
                               const std::vector<bool>& wanted) const override {
    if (!wanted[0] && !wanted[1]) return {{}, {}, {}};
    const Symbol &a = node.in(0), &b = node.in(1), ds = gradient_into(node, dout[0]);
    Symbol da, db;
    if (wanted[0]) da = a.storage() == Storage::csr ? sampled_dot(b, ds, a) : gradient_at(dot_nt(b, ds), a);
    // A csr B may have any number of columns, so only those in which dS has entries are used.
    if (wanted[1])
      db = gradient_at(
          b.storage() == Storage::csr && a.storage() == Storage::dense ? dot_to_csr(a, ds) : dot(a, ds), b);
    return {da, db, {}};
  }
};

const bool sampled_dot_t_registered = register_op("sampled_dot_t", [] {
  const auto op = std::make_shared<SampledDotT>();
  return std::vector<Example>{{op, {{{None, 7}}, {{None, 3}}, {{7, 3}}}}};
});

}  // namespace

Symbol sampled_dot_t(const Symbol& a, const Symbol& b, const Symbol& pattern) {
  static const auto op = std::make_shared<SampledDotT>();
  return apply(op, {a, b, pattern});
}

}  // namespace lacuna

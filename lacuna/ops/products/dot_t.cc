// dot_t: the product with the first factor transposed, C = Aᵀ B.
//
//   dA = B dCᵀ, dB = A dC      at the entries of a sparse operand
#include "lacuna/ops/products/dot_t.h"

#include "lacuna/base/error.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/parts/gradient_at.h"
#include "lacuna/ops/products/by_column.h"
#include "lacuna/ops/products/dot.h"
#include "lacuna/ops/products/dot_nt.h"
#include "lacuna/ops/products/sampled_dot.h"
#include "lacuna/ops/shape/permute_dimensions.h"

namespace lacuna {

namespace cpu {  // dot_t_cpu.cc
using In = std::span<const Tensor* const>;
using Out = std::span<Tensor* const>;
void dot_t_dense_dense(const Op&, Context&, In, Out);
void dot_t_csr_dense(const Op&, Context&, In, Out);
void dot_t_csr_csr(const Op&, Context&, In, Out);
void dot_t_dense_csr(const Op&, Context&, In, Out);
void dot_t_csr_row_sparse(const Op&, Context&, In, Out);
void dot_t_rows_rows(const Op&, Context&, In, Out);
}  // namespace cpu

namespace {

struct DotT final : Op {
  std::string_view name() const override { return "dot_t"; }

  std::string_view cost(const Rule& rule) const override {
    const Storage a = rule.in[0], b = rule.in[1];
    if (a == Storage::row_sparse) return "stored rows × columns × units";
    if (a == Storage::dense)
      return b == Storage::csr ? "non-zeros × columns of a + elements of the result"
                               : "rows × columns × units";
    if (b == Storage::csr)
      return "rows + columns of a + non-zeros + products of non-zeros; memory for columns of b, up to 2^20";
    return b == Storage::row_sparse ? "stored rows + their non-zeros × units; memory for columns, up to 2^26"
                                    : "rows + non-zeros × units; memory for columns, up to 2^26";
  }

  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{
        // A      B              C             kernel
        {{dense, dense}, {dense}, cpu::dot_t_dense_dense},
        {{csr, dense}, {row_sparse}, cpu::dot_t_csr_dense},
        {{csr, csr}, {csr}, cpu::dot_t_csr_csr},
        {{dense, csr}, {dense}, cpu::dot_t_dense_csr},
        {{csr, row_sparse}, {row_sparse}, cpu::dot_t_csr_row_sparse},
        {{row_sparse, row_sparse}, {dense}, cpu::dot_t_rows_rows},
    }};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec &a = in[0], &b = in[1];
    LACUNA_REQUIRE(a.shape.size() >= 2 && a.shape.size() == b.shape.size(),
                   "dot_t: a and b must have one rank of 2 or more. Received: a=", a, ", b=", b, ".");
    LACUNA_REQUIRE(a.shape.size() == 2 || (a.storage == Storage::dense && b.storage == Storage::dense),
                   "dot_t: sparse factors must be matrices. Received: a=", a, ", b=", b, ".");
    for (size_t i = 0; i + 1 < a.shape.size(); ++i)
      LACUNA_REQUIRE(a.shape[i] == b.shape[i] || a.shape[i] == None || b.shape[i] == None,
                     "dot_t: rows of a must equal rows of b. Received: a=", a, ", b=", b, ".");
    LACUNA_REQUIRE(a.dtype == b.dtype && is_float(a.dtype),
                   "dot_t: a and b must have one float dtype. Received: a=", a, ", b=", b, ".");
    return {{{a.shape.back(), b.shape.back()}, a.dtype, rule_for(*this, in).out[0]}};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dc,
                               const std::vector<bool>& wanted) const override {
    const Symbol &a = node.in(0), &b = node.in(1), g = gradient_into(node, dc[0]);
    Symbol da, db;
    if (wanted[0]) da = a.storage() == Storage::csr ? sampled_dot(b, g, a) : gradient_at(dot_nt(b, g), a);
    if (wanted[1]) {
      // Not sampled_dot with a csr g, which would transpose g and hold a row for each of its columns.
      const bool turns = b.storage() == Storage::csr && g.storage() != Storage::csr;
      db = turns ? sampled_dot(a, transpose(g), b) : gradient_at(dot(a, g), b);
    }
    return {da, db};
  }

  FormedGradient<Symbol> factors(const Node& node) const override {
    const Symbol &a = node.in(0), &b = node.in(1);
    if (a.storage() != Storage::csr || b.storage() != Storage::dense) return {};
    const Dim units = node.out()[0].shape[1];
    if (units == 1) return FormedGradient<Symbol>::one_unit(a, b);
    if (units < kWideRows) return {};
    const ColumnEntries ordered = by_column(a);
    return FormedGradient<Symbol>::row_factors(ordered.ids, ordered.entries, b);
  }
};

const bool dot_t_registered = register_op("dot_t", [] {
  return std::vector<Example>{{std::make_shared<DotT>(), {{{None, 7}}, {{None, 3}}}},
                              {std::make_shared<DotT>(), {{{None, 2, 7}}, {{None, 2, 3}}}},
                              {std::make_shared<DotT>(), {{{None, 30}}, {{None, 70}}}}};
});

}  // namespace

Symbol dot_t(const Symbol& a, const Symbol& b) {
  static const auto op = std::make_shared<DotT>();
  return apply(op, {a, b});
}

}  // namespace lacuna

// dot_nt: the product with the second factor transposed, C = A Bᵀ.
//
//   dA = dC B,  dB = dCᵀ A      at the entries of a sparse operand
#include "lacuna/ops/products/dot_nt.h"

#include "lacuna/base/error.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/parts/gradient_at.h"
#include "lacuna/ops/products/dot.h"
#include "lacuna/ops/products/dot_t.h"
#include "lacuna/ops/products/sampled_dot.h"
#include "lacuna/ops/products/sampled_dot_t.h"
#include "lacuna/ops/shape/permute_dimensions.h"

namespace lacuna {

namespace cpu {  // dot_nt_cpu.cc
using In = std::span<const Tensor* const>;
using Out = std::span<Tensor* const>;
void dot_nt_dense_dense(const Op&, Context&, In, Out);
void dot_nt_csr_dense(const Op&, Context&, In, Out);
void dot_nt_csr_csr(const Op&, Context&, In, Out);
void dot_nt_dense_csr(const Op&, Context&, In, Out);
void dot_nt_row_sparse_dense(const Op&, Context&, In, Out);
}  // namespace cpu

namespace {

struct DotNT final : Op {
  std::string_view name() const override { return "dot_nt"; }

  std::string_view cost(const Rule& rule) const override {
    const Storage a = rule.in[0], b = rule.in[1];
    if (a == Storage::row_sparse) return "stored rows × columns × units";
    if (a == Storage::dense)
      return b == Storage::csr ? "rows × non-zeros + elements of a and of the result"
                               : "rows × columns × units";
    return b == Storage::csr ? "rows + non-zeros + products of non-zeros + columns, up to 2^20"
                             : "(rows + non-zeros) × units";
  }

  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{
        // A      B              C             kernel
        {{dense, dense}, {dense}, cpu::dot_nt_dense_dense},
        {{csr, dense}, {dense}, cpu::dot_nt_csr_dense},
        {{csr, csr}, {csr}, cpu::dot_nt_csr_csr},
        {{dense, csr}, {dense}, cpu::dot_nt_dense_csr},
        {{row_sparse, dense}, {row_sparse}, cpu::dot_nt_row_sparse_dense},
    }};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec &a = in[0], &b = in[1];
    LACUNA_REQUIRE(a.shape.size() >= 2 && b.shape.size() == 2,
                   "dot_nt: a must have rank 2 or more and b be a matrix. Received: a=", a, ", b=", b, ".");
    LACUNA_REQUIRE(a.shape.size() == 2 || a.storage == Storage::dense,
                   "dot_nt: a sparse factor must be a matrix. Received: a=", a, ", b=", b, ".");
    LACUNA_REQUIRE(a.shape.back() == b.shape[1] || a.shape.back() == None || b.shape[1] == None,
                   "dot_nt: columns of a must equal columns of b. Received: a=", a, ", b=", b, ".");
    LACUNA_REQUIRE(a.dtype == b.dtype && is_float(a.dtype),
                   "dot_nt: a and b must have one float dtype. Received: a=", a, ", b=", b, ".");
    Shape shape = a.shape;
    shape.back() = b.shape[0];
    return {{shape, a.dtype, rule_for(*this, in).out[0]}};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dc,
                               const std::vector<bool>& wanted) const override {
    const Symbol &a = node.in(0), &b = node.in(1), g = gradient_into(node, dc[0]);
    Symbol da, db;
    if (wanted[0]) {
      if (a.storage() != Storage::csr) da = gradient_at(dot(g, b), a);
      // Transposing b would hold a row for each of its columns, which may be too many; g has no more columns
      // than b has rows.
      else if (b.storage() == Storage::csr) da = sampled_dot_t(transpose(g), b, a);
      else da = sampled_dot(g, transpose(b), a);
    }
    if (wanted[1]) db = b.storage() == Storage::csr ? sampled_dot_t(g, a, b) : gradient_at(dot_t(g, a), b);
    return {da, db};
  }
};

const bool dot_nt_registered = register_op("dot_nt", [] {
  return std::vector<Example>{{std::make_shared<DotNT>(), {{{None, 7}}, {{3, 7}}}},
                              {std::make_shared<DotNT>(), {{{None, 2, 7}}, {{3, 7}}}},
                              {std::make_shared<DotNT>(), {{{None, 300}}, {{2, 300}}}}};
});

}  // namespace

Symbol dot_nt(const Symbol& a, const Symbol& b) {
  static const auto op = std::make_shared<DotNT>();
  return apply(op, {a, b});
}

}  // namespace lacuna

// dot: the matrix product C = A B.
//
//   dA = dC Bᵀ      at the entries of a sparse A
//   dB = Aᵀ dC      row_sparse when A is csr, with a row for each column in which A has entries; at the
//                   entries of a sparse B
#include "lacuna/ops/products/dot.h"

#include <algorithm>

#include "lacuna/base/error.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/parts/gradient_at.h"
#include "lacuna/ops/products/dot_nt.h"
#include "lacuna/ops/products/dot_t.h"
#include "lacuna/ops/products/sampled_dot.h"
#include "lacuna/ops/products/sampled_dot_t.h"
#include "lacuna/ops/products/translate.h"
#include "lacuna/ops/shape/permute_dimensions.h"
#include "lacuna/ops/shape/reshape.h"

namespace lacuna {

namespace cpu {  // dot_cpu.cc
using In = std::span<const Tensor* const>;
using Out = std::span<Tensor* const>;
void dot_dense_dense(const Op&, Context&, In, Out);
void dot_csr_rows(const Op&, Context&, In, Out);
void dot_csr_csr(const Op&, Context&, In, Out);
void dot_csr_row_sparse(const Op&, Context&, In, Out);
void dot_dense_csr(const Op&, Context&, In, Out);
void dot_row_sparse_dense(const Op&, Context&, In, Out);
}  // namespace cpu

namespace {

struct Dot final : Op {
  std::string_view name() const override { return "dot"; }

  std::string_view cost(const Rule& rule) const override {
    const Storage a = rule.in[0], b = rule.in[1];
    if (a == Storage::row_sparse) return "stored rows × columns × units";
    if (a == Storage::dense)
      return b == Storage::csr ? "rows × non-zeros + elements of a and of the result"
                               : "rows × columns × units";
    if (b == Storage::csr) return "rows + non-zeros + products of non-zeros; memory for columns, up to 2^20";
    return b == Storage::row_sparse ? "stored rows + (rows + non-zeros) × units"
                                    : "(rows + non-zeros) × units";
  }

  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{
        // A      B              C        kernel
        {{dense, dense}, {dense}, cpu::dot_dense_dense},
        {{csr, dense}, {dense}, cpu::dot_csr_rows},
        {{csr, row_table}, {dense}, cpu::dot_csr_rows},  // A's ids are slots: see translate
        {{csr, csr}, {csr}, cpu::dot_csr_csr},
        {{csr, row_sparse}, {dense}, cpu::dot_csr_row_sparse},
        {{dense, csr}, {dense}, cpu::dot_dense_csr},
        {{row_sparse, dense}, {row_sparse}, cpu::dot_row_sparse_dense},
    }};
    return rules;
  }

  int rows_named_by(size_t input) const override { return input == 1 ? 0 : kAllRows; }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec &a = in[0], &b = in[1];
    LACUNA_REQUIRE(a.shape.size() >= 2 && b.shape.size() == 2,
                   "dot: a must have rank 2 or more and b be a matrix. Received: a=", a, ", b=", b, ".");
    LACUNA_REQUIRE(a.shape.size() == 2 || a.storage == Storage::dense,
                   "dot: a sparse factor must be a matrix. Received: a=", a, ", b=", b, ".");
    LACUNA_REQUIRE(a.shape.back() == b.shape[0] || a.shape.back() == None || b.shape[0] == None,
                   "dot: columns of a must equal rows of b. Received: a=", a, ", b=", b, ".");
    LACUNA_REQUIRE(a.dtype == b.dtype && is_float(a.dtype),
                   "dot: a and b must have one float dtype. Received: a=", a, ", b=", b, ".");
    Shape shape = a.shape;
    shape.back() = b.shape[1];
    return {{shape, a.dtype, rule_for(*this, in).out[0]}};
  }

  std::vector<Symbol> gradient(const Node& dot, std::span<const Symbol> dc,
                               const std::vector<bool>& wanted) const override {
    const Symbol &a = dot.in(0), &b = dot.in(1), g = gradient_into(dot, dc[0]);
    Symbol da, db;
    if (wanted[0]) da = a.storage() == Storage::csr ? sampled_dot(g, b, a) : gradient_at(dot_nt(g, b), a);
    if (wanted[1]) {
      if (b.storage() == Storage::csr) db = sampled_dot_t(a, g, b);
      else if (b.storage() == Storage::row_sparse) db = gradient_at(dot_t(a, g), b);
      else db = dot_t(a, g);
    }
    return {da, db};
  }
};

const bool dot_registered = register_op("dot", [] {
  return std::vector<Example>{{std::make_shared<Dot>(), {{{None, 7}}, {{7, 3}}}},
                              {std::make_shared<Dot>(), {{{None, 5}}, {{5, 1}}}},
                              {std::make_shared<Dot>(), {{{None, 2, 5}}, {{5, 3}}}},
                              {std::make_shared<Dot>(), {{{None, 40}}, {{40, 70}}}}};
});

}  // namespace

namespace {

// For a B of higher rank: all its axes but the contracted one become columns of a matrix.
Symbol dot_of_blocks(const Symbol& a, const Symbol& b) {
  const int rank = static_cast<int>(b.rank());
  const Dim k = b.shape()[static_cast<size_t>(rank - 2)];
  const auto received = [&] { return text(" Received: a=", a.spec(), ", b=", b.spec(), "."); };
  LACUNA_REQUIRE(a.rank() >= 2 && b.storage() == Storage::dense,
                 "dot: where b has rank 3 or more, it must be dense and a have rank 2 or more.", received());
  LACUNA_REQUIRE(a.shape().back() == k || a.shape().back() == None || k == None,
                 "dot: columns of a must equal the second-to-last axis of b.", received());
  LACUNA_REQUIRE(a.dtype() == b.dtype() && is_float(a.dtype()), "dot: a and b must have one float dtype.",
                 received());
  std::vector<int> turned{rank - 2};
  Shape shape(a.shape().begin() + 1, a.shape().end() - 1);
  for (int i = 0; i < rank; ++i)
    if (i != rank - 2) {
      turned.push_back(i);
      shape.push_back(b.shape()[static_cast<size_t>(i)]);
    }
  LACUNA_REQUIRE(
      std::ranges::find(shape, None) == shape.end(),
      "dot: where b has rank 3 or more, only the first axis of a and the contracted axes may be None.",
      received());
  Dim columns = 1;
  for (int i = 0; i < rank; ++i)
    if (i != rank - 2) columns *= b.shape()[static_cast<size_t>(i)];
  return reshape(dot(a, reshape_all(permute_dimensions(b, turned), {k == None ? -1 : k, columns})), shape);
}

}  // namespace

Symbol dot(const Symbol& a, const Symbol& b) {
  if (b.rank() > 2 && b.storage() != Storage::row_table) return dot_of_blocks(a, b);
  static const auto op = std::make_shared<Dot>();
  const bool looks_up = b.storage() == Storage::row_table && a.node()->op().name() != "translate";
  return apply(op, {looks_up ? translate(a, b) : a, b});
}

Symbol dot(const Symbol& a, const Symbol& b, bool transpose_a, bool transpose_b) {
  LACUNA_REQUIRE(
      b.storage() != Storage::row_table || (!transpose_a && !transpose_b),
      "dot: a row_table weight must be the second factor, and neither factor may be transposed. Received: a=",
      a.spec(), ", b=", b.spec(), ", transpose_a=", transpose_a, ", transpose_b=", transpose_b, ".");
  if (transpose_a && transpose_b) return transpose(dot(b, a));
  return transpose_a ? dot_t(a, b) : transpose_b ? dot_nt(a, b) : dot(a, b);
}

}  // namespace lacuna

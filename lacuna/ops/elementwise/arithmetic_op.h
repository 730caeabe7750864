// What element-wise ops of two operands have in common: shapes, storage tables, what they are tried on.
#pragma once
#include <algorithm>

#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/elementwise/arithmetic_cpu.h"
#include "lacuna/ops/parts/broadcast_at.h"
#include "lacuna/ops/parts/sum_like.h"

namespace lacuna {

// What flows to an operand, of g, which has the shape of the result.
inline Symbol gradient_for(const Symbol& operand, const Symbol& g) {
  if (operand.storage() != Storage::dense) return broadcast_at(g, operand);
  return g.storage() == Storage::dense && g.shape() == operand.shape() ? g : sum_like(g, operand);
}

template <class F>
struct Arithmetic : Op {
  std::string_view name() const override { return F::kName; }
  std::string_view cost(const Rule& rule) const override { return rows_and_stored(rule.out[0]); }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec &a = in[0], &b = in[1];
    LACUNA_REQUIRE(a.dtype == b.dtype && is_float(a.dtype), F::kName,
                   ": a and b must have one float dtype. Received: a=", a, ", b=", b, ".");
    const Storage out = rule_for(*this, in).out[0];
    LACUNA_REQUIRE(a.storage == b.storage || out != Storage::dense ||
                       std::ranges::all_of(broadcast(F::kName, a, b), [](Dim d) { return d < Dim{1} << 31; }),
                   F::kName, ": a dense result must have fewer than 2^31 columns. Received: a=", a, ", b=", b,
                   ".");
    if (a.storage == Storage::dense && b.storage == Storage::dense)
      return {{broadcast(F::kName, a, b), a.dtype, out}};
    const Spec &sparse = a.storage == Storage::dense ? b : a, &other = a.storage == Storage::dense ? a : b;
    LACUNA_REQUIRE(
        spreads_over(other.shape, sparse.shape), F::kName,
        ": a sparse operand must have the shape of the result, and a dense one be of that shape, a row, "
        "a column or "
        "a scalar. Received: a=",
        a, ", b=", b, ".");
    if (other.storage == Storage::dense) return {{sparse.shape, a.dtype, out}};
    LACUNA_REQUIRE(spreads_over(sparse.shape, other.shape), F::kName,
                   ": sparse operands must have one shape. Received: a=", a, ", b=", b, ".");
    return {{broadcast(F::kName, a, b), a.dtype, out}};
  }
};

// Zero with zero is zero, and the rest is not: sparse with dense is dense, by its mathematics.
template <class F>
struct Union : Arithmetic<F> {
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{
        // a           b            result
        {{dense, dense}, {dense}, cpu::dense_dense<F>},
        {{csr, csr}, {csr}, cpu::csr_csr<F, true>},
        {{csr, dense}, {dense}, cpu::sparse_dense_to_dense<F>},
        {{dense, csr}, {dense}, cpu::flipped<cpu::sparse_dense_to_dense<cpu::Flipped<F>>>},
        {{row_sparse, row_sparse}, {row_sparse}, cpu::rows_rows<F, true>},
        {{row_sparse, dense}, {dense}, cpu::sparse_dense_to_dense<F>},
        {{dense, row_sparse}, {dense}, cpu::flipped<cpu::sparse_dense_to_dense<cpu::Flipped<F>>>},
    }};
    return rules;
  }
};

// Zero with anything is zero where it stands first: at the entries of a sparse dividend.
template <class F>
struct OfDividend : Arithmetic<F> {
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{
        {{dense, dense}, {dense}, cpu::dense_dense<F>},
        {{csr, dense}, {csr}, cpu::sparse_dense<F>},
        {{row_sparse, dense}, {row_sparse}, cpu::sparse_dense<F>},
    }};
    return rules;
  }
};

template <class T>
std::vector<Example> binary_examples() {
  const auto op = std::make_shared<T>();
  return {{op, {{{None, 4}}, {{None, 4}}}},
          {op, {{{None, 4}}, {{}}}},
          {op, {{{}}, {{None, 4}}}},
          {op, {{{None, 4}}, {{4}}}},
          {op, {{{1, 4}}, {{None, 4}}}},
          {op, {{{None, 1}}, {{None, 4}}}},
          {op, {{{None, 4}}, {{None, 1}}}},
          {op, {{{None, 3, 2}}, {{None, 3, 2}}}},
          {op, {{{None, 3, 1}}, {{None, 1, 2}}}},
          {op, {{{None, 3, 2}}, {{1, 1, 1}}}},
          {op, {{{3, 1, 2}}, {{None, 1, 3, 1, 2}}}}};
}

template <class T>
Symbol applied_to(const Symbol& a, const Symbol& b) {
  static const auto op = std::make_shared<T>();
  return apply(op, {a, b});
}

}  // namespace lacuna

// Element by element: a + b, a - b, a b, a / b, max(a, b), min(a, b).
//
//   The gradient of a broadcast operand is summed over the axes along which it was repeated; that of a sparse
//   operand is taken at its entries.
#include "lacuna/ops/arithmetic.h"

#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/arithmetic_cpu.h"
#include "lacuna/ops/broadcast_at.h"
#include "lacuna/ops/compare.h"
#include "lacuna/ops/extreme_gradient.h"
#include "lacuna/ops/reduce.h"
#include "lacuna/ops/unary.h"

namespace lacuna {
namespace {
using enum Storage;

// g has the shape of the result.
Symbol gradient_for(const Symbol& operand, const Symbol& g) {
  if (operand.storage() != dense) return broadcast_at(g, operand);
  return g.storage() == dense && g.shape() == operand.shape() ? g : sum_like(g, operand);
}

template <class F>
struct Arithmetic : Op {
  std::string_view name() const override { return F::kName; }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec &a = in[0], &b = in[1];
    require(a.dtype == b.dtype && is_float(a.dtype), F::kName,
            ": a and b must have one float dtype. Received: a=", a, ", b=", b, ".");
    const Storage out = rule_for(*this, in).out[0];
    if (a.storage == dense && b.storage == dense) return {{broadcast(F::kName, a, b), a.dtype, out}};
    const Spec &sparse = a.storage == dense ? b : a, &other = a.storage == dense ? a : b;
    require(spreads_over(other.shape, sparse.shape), F::kName,
            ": a sparse operand must have the shape of the result, and a dense one be of that shape, a row, "
            "a column or "
            "a scalar. Received: a=",
            a, ", b=", b, ".");
    if (other.storage == dense) return {{sparse.shape, a.dtype, out}};
    require(spreads_over(sparse.shape, other.shape), F::kName,
            ": sparse operands must have one shape. Received: a=", a, ", b=", b, ".");
    return {{broadcast(F::kName, a, b), a.dtype, out}};
  }
};

// Where zero with zero is zero, and the rest is not: sparse with dense is dense.
template <class F>
struct Sum : Arithmetic<F> {
  const Rules& rules() const override {
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

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dc,
                               const std::vector<bool>& wanted) const override {
    constexpr bool kMinus = std::is_same_v<F, cpu::Subtract>;
    return {wanted[0] ? gradient_for(node.in(0), dc[0]) : Symbol{},
            wanted[1] ? gradient_for(node.in(1), kMinus ? negative(dc[0]) : dc[0]) : Symbol{}};
  }
};

struct Product final : Arithmetic<cpu::Multiply> {
  const Rules& rules() const override {
    using F = cpu::Multiply;
    static const Rules rules{{
        // a           b            result
        {{dense, dense}, {dense}, cpu::dense_dense<F>},
        {{csr, csr}, {csr}, cpu::csr_csr<F, false>},
        {{csr, dense}, {csr}, cpu::sparse_dense<F>},
        {{dense, csr}, {csr}, cpu::flipped<cpu::sparse_dense<F>>},
        {{row_sparse, row_sparse}, {row_sparse}, cpu::rows_rows<F, false>},
        {{row_sparse, dense}, {row_sparse}, cpu::sparse_dense<F>},
        {{dense, row_sparse}, {row_sparse}, cpu::flipped<cpu::sparse_dense<F>>},
    }};
    return rules;
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dc,
                               const std::vector<bool>& wanted) const override {
    const Symbol &a = node.in(0), &b = node.in(1);
    return {wanted[0] ? gradient_for(a, multiply(dc[0], b)) : Symbol{},
            wanted[1] ? gradient_for(b, multiply(dc[0], a)) : Symbol{}};
  }
};

struct Quotient final : Arithmetic<cpu::Divide> {
  const Rules& rules() const override {
    using F = cpu::Divide;
    static const Rules rules{{
        {{dense, dense}, {dense}, cpu::dense_dense<F>},
        {{csr, dense}, {csr}, cpu::sparse_dense<F>},
        {{row_sparse, dense}, {row_sparse}, cpu::sparse_dense<F>},
    }};
    return rules;
  }

  // d(a/b)/db = -(a/b)/b
  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dc,
                               const std::vector<bool>& wanted) const override {
    const Symbol &a = node.in(0), &b = node.in(1);
    return {wanted[0] ? gradient_for(a, divide(dc[0], b)) : Symbol{},
            wanted[1] ? gradient_for(b, negative(multiply(dc[0], divide(divide(a, b), b)))) : Symbol{}};
  }
};

// Where both are equal, the first one is taken.
template <class F>
struct Extreme : Arithmetic<F> {
  static constexpr bool kLargest = std::is_same_v<F, cpu::Maximum>;

  const Rules& rules() const override {
    static const Rules rules{{
        {{dense, dense}, {dense}, cpu::dense_dense<F>},
        {{csr, csr}, {csr}, cpu::csr_csr<F, true>},
    }};
    return rules;
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dc,
                               const std::vector<bool>& wanted) const override {
    const Symbol &a = node.in(0), &b = node.in(1);
    Symbol da, db;
    if (a.storage() == csr) {
      if (wanted[0]) da = extreme_gradient(a, b, dc[0], kLargest, true);
      if (wanted[1]) db = extreme_gradient(b, a, dc[0], kLargest, false);
    } else {
      if (wanted[0]) da = gradient_for(a, multiply(dc[0], kLargest ? greater_equal(a, b) : less_equal(a, b)));
      if (wanted[1]) db = gradient_for(b, multiply(dc[0], kLargest ? less(a, b) : greater(a, b)));
    }
    return {da, db};
  }
};

template <class T>
std::vector<Example> examples() {
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

const bool registered =
    register_op("add", examples<Sum<cpu::Add>>) && register_op("subtract", examples<Sum<cpu::Subtract>>) &&
    register_op("multiply", examples<Product>) && register_op("divide", examples<Quotient>) &&
    register_op("maximum", examples<Extreme<cpu::Maximum>>) &&
    register_op("minimum", examples<Extreme<cpu::Minimum>>) && (register_add(add), true);

template <class T>
Symbol applied(const Symbol& a, const Symbol& b) {
  static const auto op = std::make_shared<T>();
  return apply(op, {a, b});
}

}  // namespace

Symbol add(const Symbol& a, const Symbol& b) { return applied<Sum<cpu::Add>>(a, b); }
Symbol subtract(const Symbol& a, const Symbol& b) { return applied<Sum<cpu::Subtract>>(a, b); }
Symbol multiply(const Symbol& a, const Symbol& b) { return applied<Product>(a, b); }
Symbol divide(const Symbol& a, const Symbol& b) { return applied<Quotient>(a, b); }
Symbol maximum(const Symbol& a, const Symbol& b) { return applied<Extreme<cpu::Maximum>>(a, b); }
Symbol minimum(const Symbol& a, const Symbol& b) { return applied<Extreme<cpu::Minimum>>(a, b); }

}  // namespace lacuna

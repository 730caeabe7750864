// Element by element: a + b, a - b, a b, a / b.
//
//   The gradient of a broadcast operand is summed over the axes along which it was repeated; that of a sparse
//   operand is taken at its entries.
#include "lacuna/ops/elementwise/arithmetic.h"

#include "lacuna/ops/elementwise/arithmetic_op.h"
#include "lacuna/ops/elementwise/unary.h"

namespace lacuna {
namespace {
using enum Storage;

template <class F>
struct Sum final : Union<F> {
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

struct Quotient final : OfDividend<cpu::Divide> {
  // d(a/b)/db = -(a/b)/b
  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dc,
                               const std::vector<bool>& wanted) const override {
    const Symbol &a = node.in(0), &b = node.in(1);
    return {wanted[0] ? gradient_for(a, divide(dc[0], b)) : Symbol{},
            wanted[1] ? gradient_for(b, negative(multiply(dc[0], divide(divide(a, b), b)))) : Symbol{}};
  }
};

// Whether x is a row or a column, csr as `whole` is, of which each element meets many.
bool lies_over(const Symbol& x, const Symbol& whole) {
  if (x.storage() != Storage::csr || whole.storage() != Storage::csr || x.rank() != 2) return false;
  const Shape &part = x.shape(), &all = whole.shape();
  return ((part[0] == 1 && all[0] != 1) || (part[1] == 1 && all[1] != 1)) && spreads_over(part, all);
}

const bool registered = register_op("add", binary_examples<Sum<cpu::Add>>) &&
                        register_op("subtract", binary_examples<Sum<cpu::Subtract>>) &&
                        register_op("multiply", binary_examples<Product>) &&
                        register_op("divide", binary_examples<Quotient>) && (register_add(add), true);

}  // namespace

Symbol add(const Symbol& a, const Symbol& b) { return applied_to<Sum<cpu::Add>>(a, b); }
Symbol subtract(const Symbol& a, const Symbol& b) { return applied_to<Sum<cpu::Subtract>>(a, b); }
Symbol multiply(const Symbol& a, const Symbol& b) {
  if (lies_over(b, a)) return multiply(a, broadcast_at(b, a));
  if (lies_over(a, b)) return multiply(broadcast_at(a, b), b);
  return applied_to<Product>(a, b);
}
Symbol divide(const Symbol& a, const Symbol& b) { return applied_to<Quotient>(a, b); }

Symbol add_n(const std::vector<Symbol>& parts) {
  LACUNA_REQUIRE(!parts.empty(), "add_n: there must be at least one part. Received: parts=[].");
  Symbol all = parts[0];
  for (size_t i = 1; i < parts.size(); ++i) all = add(all, parts[i]);
  return all;
}

}  // namespace lacuna

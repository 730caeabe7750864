// a + b, a - b, a b, a / b, element by element.
//
// The gradient of a broadcast operand is summed over the axes along which it was repeated; that of a sparse
// operand is taken at its entries.
#include "lacuna/ops/elementwise/arithmetic.h"

#include "lacuna/ops/elementwise/arithmetic_functions.h"
#include "lacuna/ops/elementwise/arithmetic_op.h"
#include "lacuna/ops/elementwise/unary.h"
#include "lacuna/ops/parts/broadcast.h"
#include "lacuna/ops/parts/whole.h"

namespace lacuna {
namespace {

template <class F>
struct Sum final : Union {
  Sum() : Union(cpu::kBinaryFunction<F>) {}

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dc,
                               const std::vector<bool>& wanted) const override {
    constexpr bool kMinus = std::is_same_v<F, SubtractOf>;
    return {wanted[0] ? gradient_for(node.in(0), dc[0]) : Symbol{},
            wanted[1] ? gradient_for(node.in(1), kMinus ? negative(dc[0]) : dc[0]) : Symbol{}};
  }
};

struct Product final : Arithmetic {
  Product() : Arithmetic(cpu::kBinaryFunction<MultiplyOf>) {}

  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{
        // a           b            result
        {{dense, dense}, {dense}, cpu::dense_dense},
        {{csr, csr}, {csr}, cpu::csr_csr_common},
        {{csr, dense}, {csr}, cpu::sparse_dense},
        {{dense, csr}, {csr}, cpu::dense_sparse},
        {{row_sparse, row_sparse}, {row_sparse}, cpu::rows_rows_common},
        {{row_sparse, dense}, {row_sparse}, cpu::sparse_dense},
        {{dense, row_sparse}, {row_sparse}, cpu::dense_sparse},
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

struct Quotient final : OfDividend {
  Quotient() : OfDividend(cpu::kBinaryFunction<DivideOf>) {}

  // d(a/b)/db = -(a/b)/b
  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dc,
                               const std::vector<bool>& wanted) const override {
    const Symbol &a = node.in(0), &b = node.in(1);
    return {wanted[0] ? gradient_for(a, divide(dc[0], b)) : Symbol{},
            wanted[1] ? gradient_for(b, negative(multiply(dc[0], divide(divide(a, b), b)))) : Symbol{}};
  }
};

// Whether x and `whole` are csr and x is a row or a column that is repeated over `whole`.
bool lies_over(const Symbol& x, const Symbol& whole) {
  if (x.storage() != Storage::csr || whole.storage() != Storage::csr || x.rank() != 2) return false;
  const Shape &part = x.shape(), &all = whole.shape();
  return ((part[0] == 1 && all[0] != 1) || (part[1] == 1 && all[1] != 1)) && spreads_over(part, all);
}

const bool arithmetic_registered = register_op("add", binary_examples<Sum<AddOf>>) &&
                                   register_op("subtract", binary_examples<Sum<SubtractOf>>) &&
                                   register_op("multiply", binary_examples<Product>) &&
                                   register_op("divide", binary_examples<Quotient>) &&
                                   (register_add(add), true);

}  // namespace

Symbol add(const Symbol& a, const Symbol& b) { return as_whole(a, b, applied_to<Sum<AddOf>>); }
Symbol subtract(const Symbol& a, const Symbol& b) { return as_whole(a, b, applied_to<Sum<SubtractOf>>); }
Symbol multiply(const Symbol& a, const Symbol& b) {
  if (lies_over(b, a)) return multiply(a, broadcast_at(b, a));
  if (lies_over(a, b)) return multiply(broadcast_at(a, b), b);
  return as_whole(a, b, applied_to<Product>);
}
Symbol divide(const Symbol& a, const Symbol& b) { return applied_to<Quotient>(a, b); }

Symbol add_n(const std::vector<Symbol>& parts) {
  LACUNA_REQUIRE(!parts.empty(), "add_n: there must be at least one part. Received: parts=[].");
  Symbol all = parts[0];
  for (size_t i = 1; i < parts.size(); ++i) all = add(all, parts[i]);
  return all;
}

}  // namespace lacuna

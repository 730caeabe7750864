// The base of element-wise ops of two operands: shapes, rules for storages, and examples for tests.
#pragma once
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/elementwise/arithmetic_cpu.h"
#include "lacuna/ops/parts/broadcast_at.h"
#include "lacuna/ops/parts/sum_like.h"

namespace lacuna {

// The part of g, which has the shape of the result, that flows to an operand.
inline Symbol gradient_for(const Symbol& operand, const Symbol& g) {
  if (operand.storage() != Storage::dense) return broadcast_at(g, operand);
  return g.storage() == Storage::dense && g.shape() == operand.shape() ? g : sum_like(g, operand);
}

struct Arithmetic : cpu::Binary {
  using Binary::Binary;
  std::string_view cost(const Rule& rule) const override { return rows_and_stored(rule.out[0]); }
  std::vector<Spec> infer(std::span<const Spec> in) const override;
};

// Ops where F(0, 0) = 0 but F(0, x) need not be: sparse with dense gives dense.
struct Union : Arithmetic {
  using Arithmetic::Arithmetic;
  const Rules& rules() const override;
};

// Ops where F(0, b) = 0: a sparse first operand gives a result at its entries only.
struct OfDividend : Arithmetic {
  using Arithmetic::Arithmetic;
  const Rules& rules() const override;
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

// sum_of_squares: s = Σ x², over all stored entries.
//
//   dx = 2 x ds
#include "lacuna/base/error.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/elementwise/scale.h"
#include "lacuna/ops/parts/entries.h"
#include "lacuna/ops/parts/reduce_cpu.h"
#include "lacuna/ops/reductions/reduce.h"

namespace lacuna {
namespace {

// Only the entries that belong to x, which may be a view of some rows.
template <class T>
std::span<const T> stored(const Tensor& x) {
  if (x.storage() != Storage::csr || x.csr().rows == 0) return entries<T>(x);
  size_t first = 0;
  with_index(x.csr(), [&](auto, auto indptr) { first = static_cast<size_t>(indptr[0]); });
  return entries<T>(x).subspan(first, x.csr().nonzeros());
}

void squares(const Op&, Context& context, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
  tensor::Dense& s = out[0]->dense();
  resize(s, Dims{}, in[0]->dtype());
  with_float("sum_of_squares", in[0]->dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto x = stored<T>(*in[0]);
    s.values<T>()[0] =
        static_cast<T>(cpu::reduce_all<cpu::SquaresOf>(x.data(), x.size(), context.scratch, 0));
  });
}

struct SumOfSquares final : Op {
  std::string_view name() const override { return "sum_of_squares"; }

  std::string_view cost(const Rule& rule) const override { return stored_values(rule.in[0]); }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{
        {{dense}, {dense}, squares},
        {{csr}, {dense}, squares},
        {{row_sparse}, {dense}, squares},
    }};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    LACUNA_REQUIRE(is_float(in[0].dtype), "sum_of_squares: x must have a float dtype. Received: x=", in[0],
                   ".");
    return {{{}, in[0].dtype, rule_for(*this, in).out[0]}};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> ds,
                               const std::vector<bool>&) const override {
    return {multiply(node.in(0), scale(ds[0], 2.0))};
  }
};

const bool sum_of_squares_registered = register_op("sum_of_squares", [] {
  const auto op = std::make_shared<SumOfSquares>();
  return std::vector<Example>{{op, {{{None, 4}}}}, {op, {{{None}}}}, {op, {{{None, 3, 2}}}}};
});

}  // namespace

Symbol sum_of_squares(const Symbol& x) {
  static const auto op = std::make_shared<SumOfSquares>();
  return apply(op, {x});
}

}  // namespace lacuna

// bias_add: Y = X + b, b along the last axis.
//
//   dX = dY,  db = Σ dY over all other axes
#include "lacuna/ops/elementwise/bias_add.h"
#include "lacuna/ops/parts/sum_like.h"

#include "lacuna/base/error.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/parts/broadcast.h"

namespace lacuna {
namespace {

void dense_dense(const Op&, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
  const tensor::Dense &x = in[0]->dense(), &b = in[1]->dense();
  tensor::Dense& y = out[0]->dense();
  y.resize(x.shape, x.dtype);
  const size_t units = b.size(), rows = units ? y.size() / units : 0;
  LACUNA_REQUIRE(x.shape.back() == b.shape[0],
                 "bias_add: b must be as long as the last axis of x. Received: x=", in[0]->spec(),
                 ", b=", in[1]->spec(), ".");
  with_float("bias_add", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T *from = x.values<T>().data(), *bias = b.values<T>().data();
    T* to = y.values<T>().data();
    parallel_for(rows, std::max<size_t>(1, kGrain / (units + 1)), [&](size_t begin, size_t end) {
      for (size_t r = begin; r < end; ++r)
        for (size_t j = 0; j < units; ++j) to[r * units + j] = from[r * units + j] + bias[j];
    });
  });
}

struct BiasAdd final : Op {
  std::string_view name() const override { return "bias_add"; }

  std::string_view cost(const Rule&) const override { return "elements"; }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{{{dense, dense}, {dense}, dense_dense}}};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec &x = in[0], &b = in[1];
    LACUNA_REQUIRE(b.shape.size() == 1 && !x.shape.empty() &&
                       (x.shape.back() == b.shape[0] || x.shape.back() == None || b.shape[0] == None),
                   "bias_add: b must have rank 1 and be as long as the last axis of x. Received: x=", x,
                   ", b=", b, ".");
    LACUNA_REQUIRE(x.dtype == b.dtype && is_float(x.dtype),
                   "bias_add: x and b must have one float dtype. Received: x=", x, ", b=", b, ".");
    return {{x.shape, x.dtype, rule_for(*this, in).out[0]}};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dy,
                               const std::vector<bool>& wanted) const override {
    return {dy[0], wanted[1] ? sum_like(dy[0], node.in(1)) : Symbol{}};
  }
};

const bool bias_add_registered = register_op("bias_add", [] {
  const auto op = std::make_shared<BiasAdd>();
  return std::vector<Example>{
      {op, {{{None, 4}}, {{4}}}}, {op, {{{None, 3, 2}}, {{2}}}}, {op, {{{None, 1}}, {{1}}}}};
});

}  // namespace

Symbol bias_add(const Symbol& x, const Symbol& b) {
  static const auto op = std::make_shared<BiasAdd>();
  return apply(op, {x, b});
}

}  // namespace lacuna

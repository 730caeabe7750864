// dot_nt: the product with the second factor transposed, C = A Bᵀ.
//
//   dA = dC B,  dB = dCᵀ A
#include "lacuna/ops/dot_nt.h"

#include "lacuna/base/error.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/kernels/matmul.h"
#include "lacuna/ops/dot.h"
#include "lacuna/ops/dot_t.h"

namespace lacuna {
namespace {

void dense_dense(const Op&, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
  const tensor::Dense &a = in[0]->dense(), &b = in[1]->dense();
  const auto n = static_cast<size_t>(b.shape[0]), k = static_cast<size_t>(b.shape[1]);
  tensor::Dense& c = out[0]->dense();
  c.resize_last(a.shape, b.shape[0], a.dtype);
  const size_t m = n ? c.size() / n : 0;
  with_float("dot_nt", a.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    kernels::matmul(false, true, m, n, k, a.values<T>().data(), k, b.values<T>().data(), k,
                    c.values<T>().data());
  });
}

struct DotNT final : Op {
  std::string_view name() const override { return "dot_nt"; }

  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{{{dense, dense}, {dense}, dense_dense}}};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec &a = in[0], &b = in[1];
    require(a.shape.size() >= 2 && b.shape.size() == 2,
            "dot_nt: a must have rank 2 or more and b be a matrix. Received: a=", a, ", b=", b, ".");
    require(a.shape.back() == b.shape[1] || a.shape.back() == None || b.shape[1] == None,
            "dot_nt: columns of a must equal columns of b. Received: a=", a, ", b=", b, ".");
    require(a.dtype == b.dtype && is_float(a.dtype),
            "dot_nt: a and b must have one float dtype. Received: a=", a, ", b=", b, ".");
    Shape shape = a.shape;
    shape.back() = b.shape[0];
    return {{shape, a.dtype, rule_for(*this, in).out[0]}};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dc,
                               const std::vector<bool>& wanted) const override {
    return {wanted[0] ? dot(dc[0], node.in(1)) : Symbol{}, wanted[1] ? dot_t(dc[0], node.in(0)) : Symbol{}};
  }
};

const bool registered = register_op("dot_nt", [] {
  return std::vector<Example>{{std::make_shared<DotNT>(), {{{None, 7}}, {{3, 7}}}},
                              {std::make_shared<DotNT>(), {{{None, 2, 7}}, {{3, 7}}}}};
});

}  // namespace

Symbol dot_nt(const Symbol& a, const Symbol& b) {
  static const auto op = std::make_shared<DotNT>();
  return apply(op, {a, b});
}

}  // namespace lacuna

// sampled_dot: A Bᵀ where a csr pattern has entries; the gradient of a csr operand of dot.
#include "lacuna/ops/sampled_dot.h"

#include "lacuna/base/error.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/kernels/sampled_dot.h"
#include "lacuna/ops/views.h"

namespace lacuna {
namespace {

void rows_at_csr(const Op&, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
  const tensor::Dense& a = in[0]->dense();
  const tensor::Csr& pattern = in[2]->csr();
  tensor::Csr& s = out[0]->csr();
  s.resize_like(pattern, a.dtype);
  with_float("sampled_dot", a.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const RowsView<T> b = rows_view<T>(*in[1]);
    kernels::sampled_dot(csr_view<T>(pattern, "sampled_dot"), a.values<T>().data(), b.data, b.stride, b.width,
                         s.values<T>().data());
  });
}

struct SampledDot final : Op {
  std::string_view name() const override { return "sampled_dot"; }

  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{
        // A      B          pattern   S
        {{dense, dense, csr}, {csr}, rows_at_csr},
        {{dense, row_table, csr}, {csr}, rows_at_csr},
    }};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec &a = in[0], &b = in[1], &pattern = in[2];
    require(a.shape.size() == 2 && b.shape.size() == 2 && pattern.shape.size() == 2,
            "sampled_dot: a, b and pattern must be matrices. Received: a=", a, ", b=", b,
            ", pattern=", pattern, ".");
    require(a.dtype == b.dtype && a.dtype == pattern.dtype && is_float(a.dtype),
            "sampled_dot: a, b and pattern must have one float dtype. Received: a=", a, ", b=", b,
            ", pattern=", pattern, ".");
    return {{pattern.shape, a.dtype, rule_for(*this, in).out[0]}};
  }
};

const bool registered = register_op("sampled_dot", [] {
  return std::vector<Example>{{std::make_shared<SampledDot>(), {{{None, 3}}, {{7, 3}}, {{None, 7}}}}};
});

}  // namespace

Symbol sampled_dot(const Symbol& a, const Symbol& b, const Symbol& pattern) {
  static const auto op = std::make_shared<SampledDot>();
  return apply(op, {a, b, pattern});
}

}  // namespace lacuna

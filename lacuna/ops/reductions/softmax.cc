// softmax: y_j = exp(x_j - max x) / Σ_k exp(x_k - max x) along the last axis.
//
//   dx_j = y_j (dy_j - Σ_k y_k dy_k)
#include "lacuna/ops/reductions/softmax.h"

#include <cmath>

#include "lacuna/base/error.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/parts/rows.h"

namespace lacuna {
namespace {

void run(const Op&, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
  const tensor::Dense& x = in[0]->dense();
  tensor::Dense& y = out[0]->dense();
  y.resize(x.shape, x.dtype);
  with_float("softmax", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const LastAxis axis(x);
    axis.for_rows([&](size_t r) {
      const T* from = x.values<T>().data() + r * axis.width;
      T* to = y.values<T>().data() + r * axis.width;
      const T top = largest(from, axis.width);
      double total = 0;
      for (size_t j = 0; j < axis.width; ++j) total += to[j] = std::exp(from[j] - top);
      const T factor = static_cast<T>(1 / total);
      for (size_t j = 0; j < axis.width; ++j) to[j] *= factor;
    });
  });
}

void run_gradient(const Op&, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
  const tensor::Dense &y = in[0]->dense(), &dy = in[1]->dense();
  tensor::Dense& dx = out[0]->dense();
  dx.resize(y.shape, y.dtype);
  with_float("softmax_gradient", y.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const LastAxis axis(y);
    axis.for_rows([&](size_t r) {
      const T *p = y.values<T>().data() + r * axis.width, *dp = dy.values<T>().data() + r * axis.width;
      T* to = dx.values<T>().data() + r * axis.width;
      double sum = 0;
      for (size_t j = 0; j < axis.width; ++j) sum += static_cast<double>(p[j]) * static_cast<double>(dp[j]);
      const T mean = static_cast<T>(sum);
      for (size_t j = 0; j < axis.width; ++j) to[j] = p[j] * (dp[j] - mean);
    });
  });
}

// (y, dy) -> dx
struct SoftmaxGradient final : Op {
  std::string_view name() const override { return "softmax_gradient"; }

  std::string_view cost(const Rule&) const override { return "elements"; }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{{{dense, dense}, {dense}, run_gradient}}};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    return {{in[0].shape, in[0].dtype, rule_for(*this, in).out[0]}};
  }
};

struct Softmax final : Op {
  std::string_view name() const override { return "softmax"; }

  std::string_view cost(const Rule&) const override { return "elements"; }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{{{dense}, {dense}, run}}};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    LACUNA_REQUIRE(!in[0].shape.empty() && is_float(in[0].dtype),
                   "softmax: x must have rank 1 or more and a float dtype. Received: x=", in[0], ".");
    return {{in[0].shape, in[0].dtype, rule_for(*this, in).out[0]}};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dy,
                               const std::vector<bool>&) const override {
    static const auto op = std::make_shared<SoftmaxGradient>();
    return {apply(op, {softmax(node.in(0)), dy[0]})};
  }
};

const bool softmax_registered = register_op("softmax", [] {
  const auto op = std::make_shared<Softmax>();
  return std::vector<Example>{{op, {{{None, 5}}}}, {op, {{{None, 3, 4}}}}};
});
const bool softmax_gradient_registered = register_op("softmax_gradient", [] {
  return std::vector<Example>{{std::make_shared<SoftmaxGradient>(), {{{None, 5}}, {{None, 5}}}}};
});

}  // namespace

Symbol softmax(const Symbol& x) {
  static const auto op = std::make_shared<Softmax>();
  return apply(op, {x});
}

Symbol input_of_softmax(const Symbol& y) {
  return dynamic_cast<const Softmax*>(&y.node()->op()) ? y.node()->in(0) : Symbol();
}

}  // namespace lacuna

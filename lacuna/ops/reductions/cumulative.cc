// cumsum, cumprod: sums and products along an axis up to each place, y[i] = y[i - 1] + x[i], y[i - 1] x[i].
//
//   cumsum    dx is the cumsum of dy from the other end
//   cumprod   dx[i] = y[i - 1] s[i], s[i] = dy[i] + x[i + 1] s[i + 1]: no division, so that zeros do no harm
#include "lacuna/ops/reductions/cumulative.h"

#include "lacuna/base/error.h"
#include "lacuna/base/threads.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/parts/axis_op.h"
#include "lacuna/ops/parts/gradient_at.h"

namespace lacuna {
namespace {

using In = std::span<const Tensor* const>;
using Out = std::span<Tensor* const>;

// body(first, lines) for blocks of neighbouring lines, in parallel: value i of line l is at first + i inner +
// l.
template <class Body>
void each_block(const Strides& s, const Body& body) {
  constexpr size_t kLines = 64;
  const size_t blocks = (s.inner + kLines - 1) / kLines;
  const size_t work = s.size * std::min(kLines, s.inner);
  parallel_for(s.outer * blocks, std::max<size_t>(1, 32768 / (work + 1)), [&](size_t begin, size_t end) {
    for (size_t b = begin; b < end; ++b) {
      const size_t line = b % blocks * kLines;
      body(b / blocks * s.size * s.inner + line, std::min(kLines, s.inner - line));
    }
  });
}

struct Cumulative : AxisOp {
  using AxisOp::AxisOp;
  std::string_view cost(const Rule&) const override { return "elements"; }

  const Rules& rules() const override {
    static const Rules rules{{{{Storage::dense}, {Storage::dense}, run}}};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Storage out = rule_for(*this, in).out[0];
    LACUNA_REQUIRE(axis < in[0].shape.size(), name(),
                   ": axis must be below the rank of x. Received: axis=", axis, ", x=", in[0], ".");
    LACUNA_REQUIRE(in[0].dtype <= DType::int64, name(),
                   ": x must be float32, float64, int32 or int64. Received: x=", in[0], ".");
    return {{in[0].shape, in[0].dtype, out}};
  }

  virtual bool adds() const = 0;
  virtual bool from_the_end() const { return false; }

 private:
  static void run(const Op& op, Context&, In in, Out out) {
    const auto& self = static_cast<const Cumulative&>(op);
    const tensor::Dense& x = in[0]->dense();
    tensor::Dense& y = out[0]->dense();
    y.resize(x.shape, x.dtype);
    if (!y.size()) return;
    const Strides s(x, self.axis);
    with_dtype(x.dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      const T* from = x.values<T>().data();
      T* to = y.values<T>().data();
      const bool adds = self.adds(), reverse = self.from_the_end();
      each_block(s, [&](size_t first, size_t lines) {
        // Floats are summed in double, so that a long sum does not lose small values. Integers wrap round, as
        // in NumPy.
        using K = std::conditional_t<std::is_floating_point_v<T>, double, uint64_t>;
        K kept[64];
        std::fill_n(kept, lines, adds ? K(0) : K(1));
        for (size_t n = 0; n < s.size; ++n) {
          const size_t at = first + (reverse ? s.size - 1 - n : n) * s.inner;
          if (adds)
            for (size_t l = 0; l < lines; ++l)
              to[at + l] = static_cast<T>(kept[l] += static_cast<K>(from[at + l]));
          else
            for (size_t l = 0; l < lines; ++l)
              to[at + l] = static_cast<T>(kept[l] *= static_cast<K>(from[at + l]));
        }
      });
    });
  }
};

struct CumSum final : Cumulative {
  CumSum(size_t a, bool r) : Cumulative(a), reverse(r) {}
  std::string_view name() const override { return "cumsum"; }
  std::string key() const override { return text("cumsum ", axis, reverse ? " reverse" : ""); }
  bool adds() const override { return true; }
  bool from_the_end() const override { return reverse; }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dy,
                               const std::vector<bool>&) const override {
    return {cumsum(gradient_into(node, dy[0]), static_cast<int>(axis), !reverse)};
  }

  bool reverse;
};

// (x, y, dy) -> dx
struct CumProdGradient final : AxisOp {
  using AxisOp::AxisOp;
  std::string_view name() const override { return "cumprod_gradient"; }
  std::string_view cost(const Rule&) const override { return "elements"; }

  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{{{dense, dense, dense}, {dense}, run}}};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    return {{in[0].shape, in[0].dtype, rule_for(*this, in).out[0]}};
  }

  static void run(const Op& op, Context&, In in, Out out) {
    const tensor::Dense &x = in[0]->dense(), &y = in[1]->dense(), &dy = in[2]->dense();
    LACUNA_REQUIRE(x.shape == y.shape && x.shape == dy.shape,
                   "cumprod_gradient: x, y and dy must have one shape. Received: x=", in[0]->spec(),
                   ", y=", in[1]->spec(), ", dy=", in[2]->spec(), ".");
    tensor::Dense& dx = out[0]->dense();
    dx.resize(x.shape, x.dtype);
    if (!dx.size()) return;
    const Strides s(x, static_cast<const CumProdGradient&>(op).axis);
    with_float("cumprod_gradient", x.dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      const T *xs = x.values<T>().data(), *ys = y.values<T>().data(), *dys = dy.values<T>().data();
      T* to = dx.values<T>().data();
      each_block(s, [&](size_t first, size_t lines) {
        double kept[64] = {};  // x[i + 1] s[i + 1]
        for (size_t i = s.size; i-- > 0;) {
          const size_t at = first + i * s.inner;
          for (size_t l = 0; l < lines; ++l) {
            const double sum = static_cast<double>(dys[at + l]) + kept[l];
            const double before = i ? static_cast<double>(ys[at + l - s.inner]) : 1;
            to[at + l] = static_cast<T>(sum == 0 ? 0 : before * sum);  // 0·∞ counts as 0.
            kept[l] = sum == 0 ? 0 : static_cast<double>(xs[at + l]) * sum;
          }
        }
      });
    });
  }
};

struct CumProd final : Cumulative {
  using Cumulative::Cumulative;
  std::string_view name() const override { return "cumprod"; }
  bool adds() const override { return false; }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dy,
                               const std::vector<bool>&) const override {
    const Symbol &x = node.in(0), y = apply(node.shared_op(), {x});
    return {apply(std::make_shared<CumProdGradient>(axis), {x, y, gradient_into(node, dy[0])})};
  }
};

const bool cumulative_registered = register_op("cumsum", [] {
  const auto op = [](size_t axis, bool reverse) { return std::make_shared<CumSum>(axis, reverse); };
  return std::vector<Example>{{op(0, false), {{{None}}}},
                              {op(0, true), {{{None, 4}}}},
                              {op(1, false), {{{None, 4}}}},
                              {op(1, false), {{{None, 3}, DType::int32, Values::ids, 9}}},
                              {op(1, true), {{{None, 3, 70}}}}};
});
const bool cumulative_product_registered = register_op("cumprod", [] {
  const auto op = [](size_t axis) { return std::make_shared<CumProd>(axis); };
  return std::vector<Example>{{op(0), {{{None, 4}}}},
                              {op(1), {{{None, 4}}}},
                              {op(1), {{{None, 5}, DType::float32, Values::zero_one}}},
                              {op(1), {{{None, 3}, DType::int64, Values::ids, 9}}},
                              {op(1), {{{None, 3, 70}}}}};
});
const bool cumulative_gradient_registered = register_op("cumprod_gradient", [] {
  const auto op = std::make_shared<CumProdGradient>(1);
  return std::vector<Example>{{op, {{{None, 4}}, {{None, 4}}, {{None, 4}}}}};
});

template <class T, class... More>
Symbol along(const char* where, const Symbol& x, int axis, More... more) {
  const int rank = static_cast<int>(x.rank());
  LACUNA_REQUIRE(rank > 0, where, ": x must have rank 1 or more. Received: x=", x.spec(), ".");
  LACUNA_REQUIRE(axis >= -rank && axis < rank, where, ": axis must be in [", -rank, ", ", rank,
                 "). Received: axis=", axis, ", x=", x.spec(), ".");
  return apply(std::make_shared<T>(static_cast<size_t>(axis < 0 ? axis + rank : axis), more...), {x});
}

}  // namespace

Symbol cumsum(const Symbol& x, int axis, bool reverse) { return along<CumSum>("cumsum", x, axis, reverse); }
Symbol cumprod(const Symbol& x, int axis) { return along<CumProd>("cumprod", x, axis); }

}  // namespace lacuna

// batch_moments: m = Σ x / n and v = Σ (x - m)² / n for each feature in training, else the moving averages.
//
//   dx = (dm + 2 (x - m) dv) / n      at the entries of a csr x
#include "lacuna/ops/reductions/batch_moments.h"

#include "lacuna/base/error.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/elementwise/scale.h"
#include "lacuna/ops/parts/alias.h"
#include "lacuna/ops/parts/fixed_phase.h"
#include "lacuna/ops/parts/views.h"
#include "lacuna/ops/reductions/batch_moments_cpu.h"

namespace lacuna {
namespace {

using In = std::span<const Tensor* const>;
using Out = std::span<Tensor* const>;

// Checks the number of features, which may be unknown before a run.
void check(const Op& op, In in, Dim features) {
  for (const Tensor* other : in.subspan(1))
    LACUNA_REQUIRE(other->dense().shape[0] == features, op.name(),
                   ": there must be a value for each feature of x. Received: x=", in[0]->spec(), ", ",
                   other->spec(), ".");
}

// (x, m, dm, dv) -> dx
struct Gradient final : Op {
  Gradient(size_t a, bool always_trains) : axis(a), always(always_trains) {}
  std::string_view name() const override { return "batch_moments_gradient"; }
  std::string key() const override { return text(name(), ' ', axis, always ? " always" : ""); }

  std::string_view cost(const Rule& rule) const override { return stored_values(rule.in[0]); }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{
        {{dense, dense, dense, dense}, {dense}, of_dense},
        {{csr, dense, dense, dense}, {csr}, of_csr},
    }};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    LACUNA_REQUIRE(axis < in[0].shape.size() && is_float(in[0].dtype), name(),
                   ": x must have the axis and a float dtype. Received: x=", in[0], ", axis=", axis, ".");
    for (const Spec& s : in.subspan(1))
      LACUNA_REQUIRE(s.shape == Shape{in[0].shape[axis]} && s.dtype == in[0].dtype, name(),
                     ": the other inputs must have a value for each feature of x, of its dtype. Received: x=",
                     in[0], ", ", s, ".");
    return {{in[0].shape, in[0].dtype, rule_for(*this, in).out[0]}};
  }

  static void of_dense(const Op& op, Context& context, In in, Out out) {
    const tensor::Dense& x = in[0]->dense();
    tensor::Dense& dx = out[0]->dense();
    check(op, in, x.shape[static_cast<const Gradient&>(op).axis]);
    dx.resize(x.shape, x.dtype);
    const cpu::Parts p(x.shape, static_cast<const Gradient&>(op).axis);
    with_float("batch_moments", x.dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      const T *m = in[1]->dense().values<T>().data(), *dm = in[2]->dense().values<T>().data(),
              *dv = in[3]->dense().values<T>().data(), *from = x.values<T>().data();
      T* to = dx.values<T>().data();
      const T share = context.training || static_cast<const Gradient&>(op).always
                          ? T(1) / static_cast<T>(p.outer * p.inner)
                          : T(0);
      const size_t row = p.features * p.inner;
      parallel_for(p.outer, std::max<size_t>(1, kGrain / (row + 1)), [&](size_t begin, size_t end) {
        for (size_t at = begin * row; at < end * row; at += row) {
          const T* value = from + at;
          T* result = to + at;
          if (p.inner == 1)
            for (size_t c = 0; c < row; ++c) result[c] = share * (dm[c] + 2 * (value[c] - m[c]) * dv[c]);
          else
            for (size_t c = 0; c < p.features; ++c)
              for (size_t i = c * p.inner; i < (c + 1) * p.inner; ++i)
                result[i] = share * (dm[c] + 2 * (value[i] - m[c]) * dv[c]);
        }
      });
    });
  }

  static void of_csr(const Op& op, Context& context, In in, Out out) {
    const tensor::Csr& x = in[0]->csr();
    check(op, in, x.columns);
    tensor::Csr& dx = out[0]->csr();
    dx.resize_like(x, x.dtype);
    with_float("batch_moments", x.dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      const auto view = csr_view<T>(x, "batch_moments");
      const T *m = in[1]->dense().values<T>().data(), *dm = in[2]->dense().values<T>().data(),
              *dv = in[3]->dense().values<T>().data();
      T* to = dx.values<T>().data();
      const T share = context.training || static_cast<const Gradient&>(op).always
                          ? T(1) / static_cast<T>(view.rows)
                          : T(0);
      for (int32_t k = view.indptr[0]; k < view.indptr[view.rows]; ++k) {
        const int32_t c = view.indices[k];
        to[k] = share * (dm[c] + 2 * (view.data[k] - m[c]) * dv[c]);
      }
    });
  }

  size_t axis;
  bool always;  // Acts as in training: see FixedPhase.
};

// (x, moving mean, moving variance) -> m, v, n
struct Moments final : Op {
  Moments(size_t a, bool always_trains) : axis(a), always(always_trains) {}
  std::string_view name() const override { return "batch_moments"; }
  std::string key() const override { return text(name(), ' ', axis, always ? " always" : ""); }

  std::string_view cost(const Rule& rule) const override {
    return rule.in[0] == Storage::csr ? "non-zeros + columns" : "elements";
  }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{
        {{dense, dense, dense}, {dense, dense, dense}, run},
        {{csr, dense, dense}, {dense, dense, dense}, run},
    }};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec &x = in[0], &m = in[1], &v = in[2];
    rule_for(*this, in);
    LACUNA_REQUIRE(axis < x.shape.size() && is_float(x.dtype) && (x.storage == Storage::dense || axis == 1),
                   "batch_moments: x must have the axis, which for csr is 1, and a float dtype. Received: x=",
                   x, ", axis=", axis, ".");
    LACUNA_REQUIRE(
        m.shape == Shape{x.shape[axis]} && v.shape == m.shape && m.dtype == x.dtype && v.dtype == x.dtype,
        "batch_moments: the moving mean and variance must have a value for each feature of x, of its "
        "dtype. Received: x=",
        x, ", axis=", axis, ", mean=", m, ", variance=", v, ".");
    return {{m.shape, x.dtype}, {m.shape, x.dtype}, {{}, x.dtype}};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dout,
                               const std::vector<bool>& wanted) const override {
    if (!wanted[0] || (!dout[0] && !dout[1])) return {{}, {}, {}};
    const Symbol m{apply_node(node.shared_op(), node.in()), 0};
    const auto or_zero = [&](const Symbol& d) { return d ? d : scale(m, 0); };
    return {lacuna::apply(std::make_shared<Gradient>(axis, always),
                          {node.in(0), m, or_zero(dout[0]), or_zero(dout[1])}),
            {},
            {}};
  }

  static void run(const Op& op, Context& context, In in, Out out) {
    const size_t axis = static_cast<const Moments&>(op).axis;
    const Tensor& x = *in[0];
    const bool is_csr = x.storage() == Storage::csr;
    const tensor::Dense& moving = in[1]->dense();
    check(op, in, is_csr ? x.csr().columns : x.dense().shape[axis]);
    size_t n;
    if (is_csr) {
      n = static_cast<size_t>(x.csr().rows);
    } else {
      const cpu::Parts p(x.dense().shape, axis);
      n = p.outer * p.inner;
    }
    tensor::Dense &mean = out[0]->dense(), &variance = out[1]->dense(), &count = out[2]->dense();
    count.resize({}, moving.dtype);
    with_float("batch_moments", moving.dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      count.values<T>()[0] = static_cast<T>(n);
      if (!(context.training || static_cast<const Moments&>(op).always) || n == 0) {
        alias(moving, mean);
        alias(in[2]->dense(), variance);
        return;
      }
      mean.resize(moving.shape, moving.dtype);
      variance.resize(moving.shape, moving.dtype);
      T *m = mean.values<T>().data(), *v = variance.values<T>().data();
      if (is_csr)
        cpu::moments_of_csr(csr_view<T>(x.csr(), "batch_moments"), mean.size(), context.scratch, m, v);
      else cpu::moments_of_dense(x.dense().values<T>().data(), cpu::Parts(x.dense().shape, axis), m, v);
    });
  }

  size_t axis;
  bool always;  // Acts as in training: see FixedPhase.
};

const bool batch_moments_registered = register_op("batch_moments", [] {
  return std::vector<Example>{
      {std::make_shared<Moments>(1, false), {{{None, 4}}, {{4}}, {{4}, DType::float32, Values::positive}}},
      {std::make_shared<Moments>(1, false), {{{None, 70}}, {{70}}, {{70}, DType::float32, Values::positive}}},
      {std::make_shared<Moments>(2, false), {{{None, 3, 4}}, {{4}}, {{4}, DType::float32, Values::positive}}},
      {std::make_shared<Moments>(1, false),
       {{{None, 3, 4}}, {{3}}, {{3}, DType::float32, Values::positive}}}};
});
const bool batch_moments_gradient_registered = register_op("batch_moments_gradient", [] {
  return std::vector<Example>{{std::make_shared<Gradient>(1, false), {{{None, 4}}, {{4}}, {{4}}, {{4}}}},
                              {std::make_shared<Gradient>(1, false), {{{None, 3, 4}}, {{3}}, {{3}}, {{3}}}}};
});

}  // namespace

BatchMoments batch_moments(const Symbol& x, const Symbol& moving_mean, const Symbol& moving_variance,
                           int axis) {
  if (axis < 0) axis += static_cast<int>(x.rank());
  LACUNA_REQUIRE(axis >= 0 && axis < static_cast<int>(x.rank()),
                 "batch_moments: axis must be one of x. Received: axis=", axis, ", x=", x.spec(), ".");
  const auto node = apply_node(std::make_shared<Moments>(static_cast<size_t>(axis), FixedPhase::trains()),
                               {x, moving_mean, moving_variance});
  return {{node, 0}, {node, 1}, {node, 2}};
}

}  // namespace lacuna

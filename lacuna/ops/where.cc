// where: z = condition ? x : y, element by element.
//
//   dx = condition ? dz : 0, dy = condition ? 0 : dz, summed over the axes along which they were repeated
#include "lacuna/ops/where.h"

#include "lacuna/base/error.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/graph/variable.h"
#include "lacuna/ops/broadcast.h"
#include "lacuna/ops/entries.h"
#include "lacuna/ops/reduce.h"

namespace lacuna {
namespace {

using In = std::span<const Tensor* const>;
using Out = std::span<Tensor* const>;

// z = y repeated.
template <class T>
T* start(const Dims& shape, const Tensor& y, tensor::Dense& z) {
  resize(z, shape, y.dtype());
  T* to = z.values<T>().data();
  const T* from = y.dense().values<T>().data();
  const Lines lines(shape, dims_of(y), Dims{});
  lines.each([&, step = lines.step_a()](size_t place, size_t at, size_t, size_t n) {
    for (size_t i = 0; i < n; ++i) to[place + i] = from[at + i * step];
  });
  return to;
}

template <class F>
void with_condition(DType dtype, F&& f) {
  if (is_float(dtype)) return with_float("where", dtype, f);
  if (dtype == DType::int64) return f(Tag<int64_t>{});
  f(Tag<int32_t>{});
}

void dense(const Op&, Context&, In in, Out out) {
  const Dims c = dims_of(*in[0]), x = dims_of(*in[1]), y = dims_of(*in[2]);
  const Dims shape = broadcast("where", broadcast("where", c, x), y);
  with_float("where", in[1]->dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    T* z = start<T>(shape, *in[2], out[0]->dense());
    const T* from = in[1]->dense().values<T>().data();
    with_condition(in[0]->dtype(), [&](auto condition_tag) {
      const auto* condition = in[0]->dense().values<typename decltype(condition_tag)::type>().data();
      const Lines lines(shape, c, x);
      lines.each(
          [&, step_c = lines.step_a(), step_x = lines.step_b()](size_t place, size_t i, size_t j, size_t n) {
            for (size_t k = 0; k < n; ++k)
              if (condition[i + k * step_c] != 0) z[place + k] = from[j + k * step_x];
          });
    });
  });
}

void csr(const Op&, Context&, In in, Out out) {
  const Dims shape = dims_of(*in[0]);
  const Spread at = spread("where", dims_of(*in[1]), shape);
  if (!broadcasts_to(dims_of(*in[2]), shape)) [[unlikely]]
    throw InvalidArgument(text(
        "where: x and y must broadcast to the shape of a csr condition. Received: condition=", in[0]->spec(),
        ", y=", in[2]->spec(), "."));
  with_float("where", in[1]->dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    T* z = start<T>(shape, *in[2], out[0]->dense());
    const T* from = in[1]->dense().values<T>().data();
    with_float("where", in[0]->dtype(), [&](auto condition_tag) {
      const auto* condition = in[0]->csr().values<typename decltype(condition_tag)::type>().data();
      for_entries(*in[0], [&, columns = shape[1]](size_t k, size_t r, size_t column) {
        if (condition[k] != 0) z[r * columns + column] = from[at(r, column)];
      });
    });
  });
}

struct Where final : Op {
  std::string_view name() const override { return "where"; }

  const Rules& rules() const override {
    static const Rules rules{{
        {{Storage::dense, Storage::dense, Storage::dense}, {Storage::dense}, dense},
        {{Storage::csr, Storage::dense, Storage::dense}, {Storage::dense}, csr},
    }};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec &c = in[0], &x = in[1], &y = in[2];
    require(x.dtype == y.dtype && is_float(x.dtype) && c.dtype <= DType::int64, name(),
            ": x and y must have one float dtype. Received: condition=", c, ", x=", x, ", y=", y, ".");
    const Storage out = rule_for(*this, in).out[0];
    if (c.storage == Storage::dense) {
      const Spec both{broadcast("where", c, x), x.dtype, out};
      return {{broadcast("where", both, y), x.dtype, out}};
    }
    require(spreads_over(x.shape, c.shape) && broadcasts_to(y.shape, c.shape) && is_float(c.dtype), name(),
            ": x and y must broadcast to the shape of a csr condition. Received: condition=", c, ", x=", x,
            ", y=", y, ".");
    return {{c.shape, x.dtype, out}};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dz,
                               const std::vector<bool>& wanted) const override {
    const Symbol &c = node.in(0), &x = node.in(1), &y = node.in(2), zero = constant(0.0, x.dtype());
    const auto part = [](const Symbol& g, const Symbol& of) {
      return g.shape() == of.shape() ? g : sum_like(g, of);
    };
    return {{},
            wanted[1] ? part(where(c, dz[0], zero), x) : Symbol{},
            wanted[2] ? part(where(c, zero, dz[0]), y) : Symbol{}};
  }
};

const bool registered = register_op("where", [] {
  const auto op = std::make_shared<Where>();
  const auto condition = [](Shape shape, DType dtype = DType::float32) {
    return Example::Input{std::move(shape), dtype, is_float(dtype) ? Values::zero_one : Values::ids, 2};
  };
  return std::vector<Example>{{op, {condition({None, 4}), {{None, 4}}, {{None, 4}}}},
                              {op, {condition({None, 4}), {{None, 1}}, {{}}}},
                              {op, {condition({None, 4}), {{4}}, {{1, 4}}}},
                              {op, {condition({None, 1}), {{None, 4}}, {{4}}}},
                              {op, {condition({}), {{None, 4}}, {{None, 4}}}},
                              {op, {condition({None, 3}, DType::int64), {{None, 3}}, {{}}}},
                              {op, {condition({3, 1}, DType::int32), {{None, 3, 2}}, {{None, 1, 2}}}}};
});

}  // namespace

Symbol where(const Symbol& condition, const Symbol& x, const Symbol& y) {
  static const auto op = std::make_shared<Where>();
  return apply(op, {condition, x, y});
}

}  // namespace lacuna

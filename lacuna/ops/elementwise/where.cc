// where: z = condition ? x : y, element by element. If x and y are csr, z is csr with entries where either
// has one.
//
//   dx = condition ? dz : 0, dy = condition ? 0 : dz, summed over the axes along which they were repeated
#include "lacuna/ops/elementwise/where.h"
#include "lacuna/ops/parts/sum_like.h"

#include <algorithm>
#include <limits>

#include "lacuna/base/error.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/graph/variable.h"
#include "lacuna/ops/elementwise/scalar.h"
#include "lacuna/ops/parts/broadcast.h"
#include "lacuna/ops/parts/broadcast_at.h"
#include "lacuna/ops/parts/entries.h"
#include "lacuna/tensor/cast_storage.h"

namespace lacuna {
namespace {

using In = std::span<const Tensor* const>;
using Out = std::span<Tensor* const>;

// Sets z to y, broadcast to the shape.
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

void where_dense(const Op&, Context&, In in, Out out) {
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

void where_csr(const Op&, Context&, In in, Out out) {
  const Dims shape = dims_of(*in[0]);
  const Spread at = spread("where", dims_of(*in[1]), shape);
  LACUNA_REQUIRE(broadcasts_to(dims_of(*in[2]), shape),
                 "where: x and y must broadcast to the shape of a csr condition. Received: condition=",
                 in[0]->spec(), ", y=", in[2]->spec(), ".");
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

// Calls f(rows): rows(r) returns a function of columns, which must be asked for in ascending order, that says
// whether the condition holds in row r.
template <class I, class F>
void with_condition_rows(const Tensor& condition, const Dims& shape, const F& f) {
  if (condition.storage() == Storage::csr)
    return with_float("where", condition.dtype(), [&](auto tag) {
      const tensor::Csr& c = condition.csr();
      const auto* values = c.values<typename decltype(tag)::type>().data();
      const I *indices = c.indices.as<I>().data(), *indptr = c.indptr.as<I>().data();
      f([=](size_t r) {
        return [=, k = indptr[r], end = indptr[r + 1]](I column) mutable {
          while (k < end && indices[k] < column) ++k;
          return k < end && indices[k] == column && values[k] != 0;
        };
      });
    });
  const Spread at = spread("where", dims_of(condition), shape);
  with_condition(condition.dtype(), [&](auto tag) {
    const auto* values = condition.dense().values<typename decltype(tag)::type>().data();
    f([=](size_t r) { return [=](I column) { return values[at(r, static_cast<size_t>(column))] != 0; }; });
  });
}

// For csr x and y: z gets entries where either has one.
template <class T, class I>
void merge(const Tensor& condition, const tensor::Csr& x, const tensor::Csr& y, tensor::Csr& z) {
  const size_t most = x.nonzeros() + y.nonzeros();
  LACUNA_REQUIRE(most <= static_cast<size_t>(std::numeric_limits<I>::max()),
                 "where: the result must have fewer than 2^31 entries while indices are int32. "
                 "Received: entries of x=",
                 x.nonzeros(), ", of y=", y.nonzeros(), ".");
  z.resize(x.rows, x.columns, most, x.dtype, x.index);
  const T *data_x = x.values<T>().data(), *data_y = y.values<T>().data();
  const I *indices_x = x.indices.as<I>().data(), *indices_y = y.indices.as<I>().data();
  const I *indptr_x = x.indptr.as<I>().data(), *indptr_y = y.indptr.as<I>().data();
  T* values = z.values<T>().data();
  I *indices = z.indices.as<I>().data(), *indptr = z.indptr.as<I>().data();
  const auto rows = static_cast<size_t>(x.rows);
  const Dims shape{2, {rows, static_cast<size_t>(x.columns)}};
  I n = 0;
  with_condition_rows<I>(condition, shape, [&](auto condition_of) {
    for (size_t r = 0; r < rows; ++r) {
      indptr[r] = n;
      auto holds = condition_of(r);
      I i = indptr_x[r], j = indptr_y[r];
      const I end_i = indptr_x[r + 1], end_j = indptr_y[r + 1];
      while (i < end_i || j < end_j) {
        const bool has_x = i < end_i && (j == end_j || indices_x[i] <= indices_y[j]);
        const bool has_y = j < end_j && (i == end_i || indices_y[j] <= indices_x[i]);
        const I column = has_x ? indices_x[i] : indices_y[j];
        indices[n] = column;
        values[n++] = holds(column) ? (has_x ? data_x[i] : T(0)) : (has_y ? data_y[j] : T(0));
        i += has_x;
        j += has_y;
      }
    }
  });
  indptr[rows] = n;
  z.data.resize(static_cast<size_t>(n) * sizeof(T));
  z.indices.resize(static_cast<size_t>(n) * sizeof(I));
}

void where_csr_branches(const Op&, Context&, In in, Out out) {
  const tensor::Csr &x = in[1]->csr(), &y = in[2]->csr();
  const bool fits =
      x.rows == y.rows && x.columns == y.columns && x.index == y.index &&
      (in[0]->storage() == Storage::dense ||
       (in[0]->csr().rows == x.rows && in[0]->csr().columns == x.columns && in[0]->csr().index == x.index));
  LACUNA_REQUIRE(fits,
                 "where: csr branches, and a csr condition with them, must have one shape. Received: "
                 "condition=",
                 in[0]->spec(), ", x=", in[1]->spec(), ", y=", in[2]->spec(), ".");
  with_float("where", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    if (x.index == DType::int64) merge<T, int64_t>(*in[0], x, y, out[0]->csr());
    else merge<T, int32_t>(*in[0], x, y, out[0]->csr());
  });
}

struct Where final : Op {
  std::string_view name() const override { return "where"; }

  std::string_view cost(const Rule& rule) const override { return rows_and_stored(rule.out[0]); }
  const Rules& rules() const override {
    static const Rules rules{{
        {{Storage::dense, Storage::dense, Storage::dense}, {Storage::dense}, where_dense},
        {{Storage::csr, Storage::dense, Storage::dense}, {Storage::dense}, where_csr},
        {{Storage::dense, Storage::csr, Storage::csr}, {Storage::csr}, where_csr_branches},
        {{Storage::csr, Storage::csr, Storage::csr}, {Storage::csr}, where_csr_branches},
    }};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec &c = in[0], &x = in[1], &y = in[2];
    LACUNA_REQUIRE(x.dtype == y.dtype && is_float(x.dtype), name(),
                   ": x and y must have one float dtype. Received: condition=", c, ", x=", x, ", y=", y, ".");
    LACUNA_REQUIRE(c.dtype <= DType::int64, name(),
                   ": condition must be float32, float64, int32 or int64. Received: condition=", c, ", x=", x,
                   ", y=", y, ".");
    const Storage out = rule_for(*this, in).out[0];
    LACUNA_REQUIRE(c.storage == Storage::dense || is_float(c.dtype), name(),
                   ": a csr condition must have a float dtype. Received: condition=", c, ", x=", x, ", y=", y,
                   ".");
    if (out == Storage::csr) {
      LACUNA_REQUIRE(
          spreads_over(x.shape, y.shape) && spreads_over(y.shape, x.shape) &&
              spreads_over(c.shape, x.shape) &&
              (c.storage == Storage::dense || spreads_over(x.shape, c.shape)),
          name(),
          ": csr branches must have one shape, and the condition be of that shape or, dense, a row, a column "
          "or a scalar. Received: condition=",
          c, ", x=", x, ", y=", y, ".");
      return {{broadcast("where", x, y), x.dtype, out}};
    }
    if (c.storage == Storage::dense) {
      const Spec both{broadcast("where", c, x), x.dtype, out};
      return {{broadcast("where", both, y), x.dtype, out}};
    }
    LACUNA_REQUIRE(std::ranges::all_of(c.shape, [](Dim d) { return d < Dim{1} << 31; }), name(),
                   ": a dense result must have fewer than 2^31 columns. Received: condition=", c, ", x=", x,
                   ", y=", y, ".");
    LACUNA_REQUIRE(spreads_over(x.shape, c.shape) && broadcasts_to(y.shape, c.shape), name(),
                   ": x and y must broadcast to the shape of a csr condition. Received: condition=", c,
                   ", x=", x, ", y=", y, ".");
    return {{c.shape, x.dtype, out}};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dz,
                               const std::vector<bool>& wanted) const override {
    const Symbol &c = node.in(0), &x = node.in(1), &y = node.in(2), zero = constant(0.0, x.dtype());
    if (x.storage() == Storage::csr) {
      const auto taken = [&](const Symbol& of, bool first) {
        const Symbol g = broadcast_at(dz[0], of), none = zeros_like(g);
        return where(c, first ? g : none, first ? none : g);
      };
      return {{}, wanted[1] ? taken(x, true) : Symbol{}, wanted[2] ? taken(y, false) : Symbol{}};
    }
    const auto part = [](const Symbol& g, const Symbol& of) {
      return g.shape() == of.shape() ? g : sum_like(g, of);
    };
    return {{},
            wanted[1] ? part(where(c, dz[0], zero), x) : Symbol{},
            wanted[2] ? part(where(c, zero, dz[0]), y) : Symbol{}};
  }
};

const bool where_registered = register_op("where", [] {
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
  // Beside a csr branch, the constant 0 adds no entries.
  const auto is_zero = [](const Symbol& s) {
    const Tensor* value = s.rank() == 0 ? constant_value(*s.node()) : nullptr;
    return value && is_float(s.dtype()) && cast(*value, DType::float64).dense().values<double>()[0] == 0;
  };
  if (x.storage() == Storage::csr && is_zero(y)) return where(condition, x, zeros_like(x));
  if (y.storage() == Storage::csr && is_zero(x)) return where(condition, zeros_like(y), y);
  return apply(op, {condition, x, y});
}

}  // namespace lacuna

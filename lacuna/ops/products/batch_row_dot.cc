// batch_row_dot: multiplies each row by a matrix of its own, z[i] = x[i] Y[i], or Y[i] x[i].
//
//   dx[i] = Y[i] dz[i], at the entries of a csr x (batch_sampled_dot)      dY[i] = x[i]ᵀ dz[i]
#include "lacuna/ops/products/batch_row_dot.h"
#include "lacuna/kernels/long_sum.h"

#include "lacuna/base/error.h"
#include "lacuna/base/threads.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/kernels/matmul.h"
#include "lacuna/ops/parts/axis_op.h"
#include "lacuna/ops/parts/cast.h"
#include "lacuna/ops/parts/gradient_at.h"
#include "lacuna/ops/parts/views.h"
#include "lacuna/ops/products/batch_dot.h"
#include "lacuna/ops/shape/reshape.h"

namespace lacuna {
namespace {

using In = std::span<const Tensor* const>;
using Out = std::span<Tensor* const>;

bool same(Dim p, Dim q) { return p == q || p == None || q == None; }

// The axis of y that is contracted with the columns of x: 1 or 2.
size_t axis_of(const Op& op) { return static_cast<const AxisOp&>(op).axis; }

// `batch` rows of x with n values each; the matrix of each row gives m values.
struct Sizes {
  Sizes(const char* where, size_t axis, Dim rows, Dim columns, const tensor::Dense& y)
      : batch(static_cast<size_t>(rows)),
        n(static_cast<size_t>(columns)),
        m(static_cast<size_t>(y.shape[3 - axis])) {
    LACUNA_REQUIRE(rows == y.shape[0] && columns == y.shape[axis], where,
                   ": x and y must have one batch and one size along the axis. Received: x=(", rows, ", ",
                   columns, "), y=", to_string(y.shape), ", axis=", axis, ".");
  }
  // body(i) for each row, in parallel. `work`: about the operations per row.
  template <class Body>
  void each(size_t work, const Body& body) const {
    parallel_for(batch, std::max<size_t>(1, 32768 / (work + 1)), [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i) body(i);
    });
  }
  size_t batch, n, m;
};

// to[p] += v y[j, p], or v y[p, j]: the contribution of value j of a row.
template <class T>
void add_place(size_t axis, const Sizes& s, const T* y, size_t j, T v, T* to) {
  if (axis == 1)
    for (size_t p = 0; p < s.m; ++p) to[p] += v * y[j * s.m + p];
  else
    for (size_t p = 0; p < s.m; ++p) to[p] += v * y[p * s.n + j];
}

void batch_row_dot_dense_dense(const Op& op, Context&, In in, Out out) {
  const tensor::Dense &x = in[0]->dense(), &y = in[1]->dense();
  const size_t axis = axis_of(op);
  const Sizes s("batch_row_dot", axis, x.shape[0], x.shape[1], y);
  tensor::Dense& z = out[0]->dense();
  z.resize({x.shape[0], static_cast<Dim>(s.m)}, x.dtype);
  with_float("batch_row_dot", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T *row = x.values<T>().data(), *all = y.values<T>().data();
    T* to = z.values<T>().data();
    s.each(s.n * s.m, [&](size_t i) {
      const T* matrix = all + i * s.n * s.m;
      if (s.n * s.m >= 512)  // Below, a call of BLAS costs more than the product.
        return kernels::matmul(false, axis == 2, 1, s.m, s.n, row + i * s.n, s.n, matrix,
                               axis == 1 ? s.m : s.n, to + i * s.m);
      std::fill_n(to + i * s.m, s.m, T(0));
      for (size_t j = 0; j < s.n; ++j) add_place(axis, s, matrix, j, row[i * s.n + j], to + i * s.m);
    });
  });
}

void batch_row_dot_csr_dense(const Op& op, Context&, In in, Out out) {
  const tensor::Csr& x = in[0]->csr();
  const tensor::Dense& y = in[1]->dense();
  const size_t axis = axis_of(op);
  const Sizes s("batch_row_dot", axis, x.rows, x.columns, y);
  tensor::Dense& z = out[0]->dense();
  z.resize({x.rows, static_cast<Dim>(s.m)}, x.dtype);
  with_float("batch_row_dot", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto view = csr_view<T>(x, "batch_row_dot");
    const T* all = y.values<T>().data();
    T* to = z.values<T>().data();
    s.each(s.m * (view.nonzeros() / (s.batch + 1) + 1), [&](size_t i) {
      std::fill_n(to + i * s.m, s.m, T(0));
      for (int32_t k = view.indptr[i]; k < view.indptr[i + 1]; ++k)
        add_place(axis, s, all + i * s.n * s.m, static_cast<size_t>(view.indices[k]), view.data[k],
                  to + i * s.m);
    });
  });
}

void sampled(const Op& op, Context&, In in, Out out) {
  const tensor::Dense &dz = in[0]->dense(), &y = in[1]->dense();
  const tensor::Csr& pattern = in[2]->csr();
  const size_t axis = axis_of(op);
  const Sizes s("batch_sampled_dot", axis, pattern.rows, pattern.columns, y);
  LACUNA_REQUIRE(dz.shape[0] == pattern.rows && dz.shape[1] == y.shape[3 - axis],
                 "batch_sampled_dot: dz must have a value for each row of the pattern and place "
                 "of y. Received: dz=",
                 in[0]->spec(), ", y=", in[1]->spec(), ", pattern=", in[2]->spec(), ".");
  out[0]->csr().resize_like(pattern, dz.dtype);
  with_float("batch_sampled_dot", dz.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto view = csr_view<T>(pattern, "batch_sampled_dot");
    const T *rows = dz.values<T>().data(), *all = y.values<T>().data();
    T* to = out[0]->csr().values<T>().data();
    const size_t place = axis == 1 ? s.m : 1, step = axis == 1 ? 1 : s.n;
    s.each(s.m * (view.nonzeros() / (s.batch + 1) + 1), [&](size_t i) {
      for (int32_t k = view.indptr[i]; k < view.indptr[i + 1]; ++k) {
        const T* from = all + i * s.n * s.m + static_cast<size_t>(view.indices[k]) * place;
        const T* factor = rows + i * s.m;
        to[k] = kernels::long_sum<T>(0, s.m, [=](size_t p) { return factor[p] * from[p * step]; });
      }
    });
  });
}

// dY[i] = x[i]ᵀ dz[i], or its transpose. The result is as large as Y, so x may be made dense.
Symbol outer(const Symbol& x, const Symbol& dz, size_t axis) {
  const Symbol full = cast_storage(x, Storage::dense);
  return axis == 1 ? batch_dot(expand_dims(full, 2), expand_dims(dz, 1), 2, 1)
                   : batch_dot(expand_dims(dz, 2), expand_dims(full, 1), 2, 1);
}

// (dz, Y, x) -> dx at the entries of a csr x.
struct BatchSampledDot final : AxisOp {
  using AxisOp::AxisOp;
  std::string_view name() const override { return "batch_sampled_dot"; }
  std::string_view cost(const Rule&) const override {
    return "rows + non-zeros of the pattern × columns of dz";
  }

  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{{{dense, dense, csr}, {csr}, sampled}}};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec &dz = in[0], &y = in[1], &pattern = in[2];
    LACUNA_REQUIRE(
        dz.shape.size() == 2 && y.shape.size() == 3 && pattern.shape.size() == 2 && dz.dtype == y.dtype &&
            dz.dtype == pattern.dtype && is_float(dz.dtype),
        "batch_sampled_dot: dz and pattern must have rank 2 and y rank 3, of one float dtype. Received: dz=",
        dz, ", y=", y, ", pattern=", pattern, ".");
    return {{pattern.shape, dz.dtype, rule_for(*this, in).out[0]}};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> ds,
                               const std::vector<bool>& wanted) const override {
    const Symbol g = gradient_into(node, ds[0]);
    const int along = static_cast<int>(axis);
    return {wanted[0] ? batch_row_dot(g, node.in(1), along) : Symbol{},
            wanted[1] ? outer(g, node.in(0), axis) : Symbol{},
            {}};
  }
};

struct BatchRowDot final : AxisOp {
  using AxisOp::AxisOp;
  std::string_view name() const override { return "batch_row_dot"; }
  std::string_view cost(const Rule& rule) const override {
    return rule.in[0] == Storage::csr ? "(rows + non-zeros of x) × columns of the result"
                                      : "elements of x × columns of the result";
  }

  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{
        // x     Y        z
        {{dense, dense}, {dense}, batch_row_dot_dense_dense},
        {{csr, dense}, {dense}, batch_row_dot_csr_dense},
    }};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec &x = in[0], &y = in[1];
    LACUNA_REQUIRE(
        x.shape.size() == 2 && y.shape.size() == 3 && same(x.shape[0], y.shape[0]) &&
            same(x.shape[1], y.shape[axis]),
        "batch_dot: a and b must have one batch and one size along their axes. Received: of rank 2=", x,
        ", of rank 3=", y, ", axes=(1, ", axis, ").");
    LACUNA_REQUIRE(x.dtype == y.dtype && is_float(x.dtype),
                   "batch_dot: a and b must have one float dtype. Received: of rank 2=", x, ", of rank 3=", y,
                   ".");
    const Dim batch = x.shape[0] == None ? y.shape[0] : x.shape[0];
    return {{{batch, y.shape[3 - axis]}, x.dtype, rule_for(*this, in).out[0]}};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dz,
                               const std::vector<bool>& wanted) const override {
    const Symbol &x = node.in(0), &y = node.in(1), g = gradient_into(node, dz[0]);
    Symbol dx, dy;
    if (wanted[0])
      dx = x.storage() == Storage::csr ? apply(std::make_shared<BatchSampledDot>(axis), {g, y, x})
                                       : batch_row_dot(g, y, 3 - static_cast<int>(axis));
    if (wanted[1]) dy = outer(x, g, axis);
    return {dx, dy};
  }
};

const bool batch_row_dot_registered = register_op("batch_row_dot", [] {
  return std::vector<Example>{{std::make_shared<BatchRowDot>(1), {{{None, 4}}, {{None, 4, 3}}}},
                              {std::make_shared<BatchRowDot>(2), {{{None, 4}}, {{None, 3, 4}}}},
                              {std::make_shared<BatchRowDot>(1), {{{None, 40}}, {{None, 40, 13}}}}};
});
const bool batch_row_dot_sampled_registered = register_op("batch_sampled_dot", [] {
  return std::vector<Example>{
      {std::make_shared<BatchSampledDot>(1), {{{None, 3}}, {{None, 4, 3}}, {{None, 4}}}},
      {std::make_shared<BatchSampledDot>(2), {{{None, 3}}, {{None, 3, 4}}, {{None, 4}}}}};
});

}  // namespace

Symbol batch_row_dot(const Symbol& x, const Symbol& y, int axis) {
  LACUNA_REQUIRE(axis == 1 || axis == 2, "batch_row_dot: axis must be 1 or 2. Received: axis=", axis, ".");
  return apply(std::make_shared<BatchRowDot>(static_cast<size_t>(axis)), {x, y});
}

}  // namespace lacuna

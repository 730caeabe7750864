// dot on the CPU.
#include "lacuna/base/error.h"
#include "lacuna/graph/op.h"
#include "lacuna/kernels/csr_dot.h"
#include "lacuna/kernels/matmul.h"
#include "lacuna/ops/parts/views.h"
#include "lacuna/ops/products/csr_csr_dot.h"

namespace lacuna::cpu {

using In = std::span<const Tensor* const>;
using Out = std::span<Tensor* const>;

namespace {

// Checks sizes that were unknown before the run.
void check_factors(In in, Dim columns, Dim rows) {
  LACUNA_REQUIRE(columns == rows, "dot: columns of a must equal rows of b. Received: a=", in[0]->spec(),
                 ", b=", in[1]->spec(), ".");
}

}  // namespace

void dot_dense_dense(const Op&, Context&, In in, Out out) {
  const tensor::Dense &a = in[0]->dense(), &b = in[1]->dense();
  check_factors(in, a.shape.back(), b.shape[0]);
  const auto k = static_cast<size_t>(b.shape[0]), n = static_cast<size_t>(b.shape[1]);
  tensor::Dense& c = out[0]->dense();
  c.resize_last(a.shape, b.shape[1], a.dtype);
  const size_t m = n ? c.size() / n : 0;
  with_float("dot", a.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    kernels::matmul(false, false, m, n, k, a.values<T>().data(), k, b.values<T>().data(), n,
                    c.values<T>().data());
  });
}

void dot_csr_rows(const Op&, Context& context, In in, Out out) {
  const tensor::Csr& a = in[0]->csr();
  if (in[1]->storage() == Storage::dense) check_factors(in, a.columns, in[1]->dense().shape[0]);
  with_float("dot", a.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const RowsView<T> w = rows_view<T>(*in[1]);
    tensor::Dense& c = out[0]->dense();
    c.resize({a.rows, static_cast<Dim>(w.width)}, a.dtype);
    context.method = kernels::csr_dot_method(w.rows, w.stride, w.width);
    kernels::csr_dot(csr_view<T>(a, "dot"), w.data, w.rows, w.stride, w.width, c.values<T>().data());
  });
}

void dot_csr_csr(const Op&, Context& context, In in, Out out) {
  const tensor::Csr &a = in[0]->csr(), &b = in[1]->csr();
  check_factors(in, a.columns, b.rows);
  with_float("dot", a.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto right = numbered<T>("dot", context.scratch, 0, b);
    context.method = method_of(right);
    csr_csr_dot("dot", context.scratch, 6, csr_view<T>(a, "dot"), right, b.columns, out[0]->csr());
  });
}

// Uses only the rows that B stores: other entries of A are multiplied by zeros.
void dot_csr_row_sparse(const Op&, Context& context, In in, Out out) {
  const tensor::Csr& a = in[0]->csr();
  const tensor::RowSparse& b = in[1]->row_sparse();
  check_factors(in, a.columns, b.shape[0]);
  const RowIndex index(context.scratch, 0, b.row_ids());
  with_float("dot", a.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto view = renumbered<T>(context.scratch, 1, a, [&](int64_t column) { return index[column]; });
    tensor::Dense& c = out[0]->dense();
    c.resize({a.rows, b.shape[1]}, a.dtype);
    kernels::csr_dot(view, b.values<T>().data(), b.row_ids().size(), b.width(), b.width(),
                     c.values<T>().data());
  });
}

// Computes Cᵀ = Bᵀ Aᵀ with both factors transposed, so that the sums of a row stay in registers.
void dot_dense_csr(const Op&, Context& context, In in, Out out) {
  const tensor::Dense& a = in[0]->dense();
  const tensor::Csr& b = in[1]->csr();
  check_factors(in, a.shape.back(), b.rows);
  const auto k = static_cast<size_t>(b.rows), m = static_cast<size_t>(b.columns);
  tensor::Dense& c = out[0]->dense();
  c.resize_last(a.shape, b.columns, a.dtype);
  const size_t n = k ? a.size() / k : m ? c.size() / m : 0;
  with_float("dot", a.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto turned = transposed("dot", context.scratch, 0, csr_view<T>(b, "dot"), m);
    const auto at = context.scratch.get<T>(3, k * n), ct = context.scratch.get<T>(4, m * n);
    kernels::transpose(a.values<T>().data(), n, k, at.data());
    kernels::csr_dot(turned, at.data(), k, n, n, ct.data());
    kernels::transpose(ct.data(), m, n, c.values<T>().data());
  });
}

void dot_row_sparse_dense(const Op&, Context&, In in, Out out) {
  const tensor::RowSparse& a = in[0]->row_sparse();
  const tensor::Dense& b = in[1]->dense();
  check_factors(in, a.shape[1], b.shape[0]);
  const auto k = static_cast<size_t>(b.shape[0]), n = static_cast<size_t>(b.shape[1]);
  tensor::RowSparse& c = out[0]->row_sparse();
  const size_t rows = a.row_ids().size();
  c.shape.assign({a.shape[0], b.shape[1]});
  c.resize(c.shape, rows, a.dtype);
  std::ranges::copy(a.row_ids(), c.row_ids().begin());
  with_float("dot", a.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    kernels::matmul(false, false, rows, n, k, a.values<T>().data(), k, b.values<T>().data(), n,
                    c.values<T>().data());
  });
}

}  // namespace lacuna::cpu

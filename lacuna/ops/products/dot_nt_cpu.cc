// dot_nt on the CPU.
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
void check_columns(In in, Dim of_a, Dim of_b) {
  LACUNA_REQUIRE(of_a == of_b, "dot_nt: columns of a must equal columns of b. Received: a=", in[0]->spec(),
                 ", b=", in[1]->spec(), ".");
}

}  // namespace

void dot_nt_dense_dense(const Op&, Context&, In in, Out out) {
  const tensor::Dense &a = in[0]->dense(), &b = in[1]->dense();
  check_columns(in, a.shape.back(), b.shape[1]);
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

namespace {

// Whether to transpose all of B, with k columns, so that the values that an entry of A needs are contiguous.
// Otherwise each entry gathers one value from each row of B: that waits for memory, but reads only the
// columns that A needs.
bool turns_b(size_t nonzeros, size_t k) { return nonzeros >= k / 8; }

}  // namespace

void dot_nt_csr_dense(const Op&, Context& context, In in, Out out) {
  const tensor::Csr& a = in[0]->csr();
  const tensor::Dense& b = in[1]->dense();
  check_columns(in, a.columns, b.shape[1]);
  const auto n = static_cast<size_t>(a.rows), m = static_cast<size_t>(b.shape[0]),
             k = static_cast<size_t>(b.shape[1]);
  tensor::Dense& c = out[0]->dense();
  c.resize({a.rows, b.shape[0]}, a.dtype);
  with_float("dot_nt", a.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto view = csr_view<T>(a, "dot_nt");
    const T* from = b.values<T>().data();
    T* to = c.values<T>().data();
    const bool turned = turns_b(view.nonzeros(), k);
    context.method = turned ? "b turned" : "gathers";
    if (turned) {
      const auto bt = context.scratch.get<T>(0, k * m);
      kernels::transpose(from, m, k, bt.data());
      return kernels::csr_dot(view, bt.data(), k, m, m, to);
    }
    const auto ct = context.scratch.get<T>(1, m * n);
    for (size_t j = 0; j < m; ++j) kernels::csr_dot(view, from + j * k, k, 1, 1, ct.data() + j * n);
    kernels::transpose(ct.data(), m, n, to);
  });
}

void dot_nt_csr_csr(const Op&, Context& context, In in, Out out) {
  const tensor::Csr &a = in[0]->csr(), &b = in[1]->csr();
  check_columns(in, a.columns, b.columns);
  with_float("dot_nt", a.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto right = numbered<T>("dot_nt", context.scratch, 0, b);
    context.method = method_of(right);
    const auto left = on_numbers("dot_nt", context.scratch, 6, a, right);
    const auto turned = transposed("dot_nt", context.scratch, 9, right.view, right.columns);
    csr_csr_dot("dot_nt", context.scratch, 12, left, Numbered<T>{turned, static_cast<size_t>(b.rows)}, b.rows,
                out[0]->csr());
  });
}

// Computes Cᵀ = B Aᵀ, and transposes it.
void dot_nt_dense_csr(const Op&, Context& context, In in, Out out) {
  const tensor::Dense& a = in[0]->dense();
  const tensor::Csr& b = in[1]->csr();
  check_columns(in, a.shape.back(), b.columns);
  const auto k = static_cast<size_t>(b.columns), m = static_cast<size_t>(b.rows);
  tensor::Dense& c = out[0]->dense();
  c.resize_last(a.shape, b.rows, a.dtype);
  const size_t n = k ? a.size() / k : m ? c.size() / m : 0;
  with_float("dot_nt", a.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto at = context.scratch.get<T>(0, k * n), ct = context.scratch.get<T>(1, m * n);
    kernels::transpose(a.values<T>().data(), n, k, at.data());
    kernels::csr_dot(csr_view<T>(b, "dot_nt"), at.data(), k, n, n, ct.data());
    kernels::transpose(ct.data(), m, n, c.values<T>().data());
  });
}

void dot_nt_row_sparse_dense(const Op&, Context&, In in, Out out) {
  const tensor::RowSparse& a = in[0]->row_sparse();
  const tensor::Dense& b = in[1]->dense();
  check_columns(in, a.shape[1], b.shape[1]);
  const auto n = static_cast<size_t>(b.shape[0]), k = static_cast<size_t>(b.shape[1]);
  tensor::RowSparse& c = out[0]->row_sparse();
  const size_t rows = a.row_ids().size();
  c.shape.assign({a.shape[0], b.shape[0]});
  c.resize(c.shape, rows, a.dtype);
  std::ranges::copy(a.row_ids(), c.row_ids().begin());
  with_float("dot_nt", a.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    kernels::matmul(false, true, rows, n, k, a.values<T>().data(), k, b.values<T>().data(), k,
                    c.values<T>().data());
  });
}

}  // namespace lacuna::cpu

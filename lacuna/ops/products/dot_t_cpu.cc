// dot_t on the CPU.
#include "lacuna/base/error.h"
#include "lacuna/graph/op.h"
#include "lacuna/kernels/csr_dot.h"
#include "lacuna/kernels/matmul.h"
#include "lacuna/ops/parts/views.h"
#include "lacuna/ops/products/csr_csr_dot.h"
#include "lacuna/ops/products/csr_t_dot_rows.h"

namespace lacuna::cpu {

using In = std::span<const Tensor* const>;
using Out = std::span<Tensor* const>;

namespace {

// Checks sizes that were unknown before the run.
void check_rows(In in, bool same_rows) {
  LACUNA_REQUIRE(same_rows, "dot_t: rows of a must equal rows of b. Received: a=", in[0]->spec(),
                 ", b=", in[1]->spec(), ".");
}

}  // namespace

void dot_t_dense_dense(const Op&, Context&, In in, Out out) {
  const tensor::Dense &a = in[0]->dense(), &b = in[1]->dense();
  check_rows(in, std::equal(a.shape.begin(), a.shape.end() - 1, b.shape.begin(), b.shape.end() - 1));
  const auto m = static_cast<size_t>(a.shape.back()), n = static_cast<size_t>(b.shape.back());
  const size_t k = m ? a.size() / m : 0;
  tensor::Dense& c = out[0]->dense();
  c.resize({a.shape.back(), b.shape.back()}, a.dtype);
  with_float("dot_t", a.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    kernels::matmul(true, false, m, n, k, a.values<T>().data(), m, b.values<T>().data(), n,
                    c.values<T>().data());
  });
}

namespace {

// Whether the scratch keeps an int32 for each column of A from step to step; otherwise the columns in which A
// has entries are renumbered in each step.
bool holds_numbers(const tensor::Csr& a) { return a.columns <= Dim{1} << 26 && a.index == DType::int32; }

}  // namespace

void dot_t_csr_dense(const Op&, Context& context, In in, Out out) {
  const tensor::Csr& a = in[0]->csr();
  const tensor::Dense& b = in[1]->dense();
  check_rows(in, a.rows == b.shape[0]);
  with_float("dot_t", a.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    tensor::RowSparse& g = out[0]->row_sparse();
    g.shape.assign({a.columns, b.shape[1]});
    const T* from = b.values<T>().data();
    const auto units = static_cast<size_t>(b.shape[1]);
    // If the columns of a are slots of a row_table, there are as many columns as slots (see translate).
    if (holds_numbers(a))
      return csr_t_dot_rows(context.scratch, csr_view<T>(a, "dot_t"), static_cast<size_t>(a.columns), from,
                            units, g);
    const auto few = numbered<T>("dot_t", context.scratch, 9, a);
    csr_t_dot_rows(context.scratch, few.view, few.columns, from, units, g);
    for (int64_t& id : g.row_ids()) id = few.ids[static_cast<size_t>(id)];
  });
}

void dot_t_csr_csr(const Op&, Context& context, In in, Out out) {
  const tensor::Csr &a = in[0]->csr(), &b = in[1]->csr();
  check_rows(in, a.rows == b.rows);
  with_float("dot_t", a.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto turned =
        transposed("dot_t", context.scratch, 0, csr_view<T>(a, "dot_t"), static_cast<size_t>(a.columns));
    const auto right = numbered<T>("dot_t", context.scratch, 3, b);
    context.method = method_of(right);
    csr_csr_dot("dot_t", context.scratch, 9, turned, right, b.columns, out[0]->csr());
  });
}

// Computes Cᵀ = Bᵀ A, and transposes it.
void dot_t_dense_csr(const Op&, Context& context, In in, Out out) {
  const tensor::Dense& a = in[0]->dense();
  const tensor::Csr& b = in[1]->csr();
  check_rows(in, a.shape[0] == b.rows);
  const auto n = static_cast<size_t>(b.rows), k = static_cast<size_t>(a.shape[1]),
             m = static_cast<size_t>(b.columns);
  tensor::Dense& c = out[0]->dense();
  c.resize({a.shape[1], b.columns}, a.dtype);
  with_float("dot_t", a.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto turned = transposed("dot_t", context.scratch, 0, csr_view<T>(b, "dot_t"), m);
    const auto ct = context.scratch.get<T>(3, m * k);
    kernels::csr_dot(turned, a.values<T>().data(), n, k, k, ct.data());
    kernels::transpose(ct.data(), m, k, c.values<T>().data());
  });
}

// Uses only the rows of A that B stores.
void dot_t_csr_row_sparse(const Op&, Context& context, In in, Out out) {
  const tensor::Csr& a = in[0]->csr();
  const tensor::RowSparse& b = in[1]->row_sparse();
  check_rows(in, a.rows == b.shape[0]);
  with_float("dot_t", a.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const Numbered<T> all = holds_numbers(a)
                                ? Numbered<T>{csr_view<T>(a, "dot_t"), static_cast<size_t>(a.columns)}
                                : numbered<T>("dot_t", context.scratch, 12, a);
    const auto& view = all.view;
    const auto ids = b.row_ids();
    const auto indptr = context.scratch.get<int32_t>(9, ids.size() + 1),
               indices = context.scratch.get<int32_t>(10, view.nonzeros());
    const auto data = context.scratch.get<T>(11, view.nonzeros());
    size_t n = 0;
    indptr[0] = 0;
    for (size_t i = 0; i < ids.size(); ++i) {
      const auto r = static_cast<size_t>(ids[i]);
      for (int32_t k = view.indptr[r]; k < view.indptr[r + 1]; ++k, ++n) {
        indices[n] = view.indices[k];
        data[n] = view.data[k];
      }
      indptr[i + 1] = static_cast<int32_t>(n);
    }
    tensor::RowSparse& g = out[0]->row_sparse();
    g.shape.assign({a.columns, b.shape[1]});
    csr_t_dot_rows(context.scratch,
                   kernels::CsrView<T>{ids.size(), data.data(), indices.data(), indptr.data()}, all.columns,
                   b.values<T>().data(), b.width(), g);
    if (!all.ids.empty())
      for (int64_t& id : g.row_ids()) id = all.ids[static_cast<size_t>(id)];
  });
}

// Uses the rows that both store, in the order of A's.
void dot_t_rows_rows(const Op&, Context& context, In in, Out out) {
  const tensor::RowSparse &a = in[0]->row_sparse(), &b = in[1]->row_sparse();
  check_rows(in, a.shape[0] == b.shape[0]);
  const size_t k = a.width(), m = b.width(), rows = a.row_ids().size();
  const RowIndex index(context.scratch, 0, b.row_ids());
  tensor::Dense& c = out[0]->dense();
  c.resize({a.shape[1], b.shape[1]}, a.dtype);
  with_float("dot_t", a.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto matched = context.scratch.get<T>(1, rows * m);
    for (size_t i = 0; i < rows; ++i) {
      const int32_t at = index[a.row_ids()[i]];
      T* to = matched.data() + i * m;
      if (at < 0) std::fill_n(to, m, T(0));
      else std::copy_n(b.values<T>().data() + static_cast<size_t>(at) * m, m, to);
    }
    kernels::matmul(true, false, k, m, rows, a.values<T>().data(), k, matched.data(), m,
                    c.values<T>().data());
  });
}

}  // namespace lacuna::cpu

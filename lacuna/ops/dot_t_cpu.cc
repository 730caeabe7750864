// dot_t on the CPU.
#include "lacuna/graph/op.h"
#include "lacuna/kernels/csr_t_dot.h"
#include "lacuna/kernels/matmul.h"
#include "lacuna/ops/views.h"

namespace lacuna::cpu {

void dot_t_dense_dense(const Op&, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
  const tensor::Dense &a = in[0]->dense(), &b = in[1]->dense();
  const auto k = static_cast<size_t>(a.shape[0]), m = static_cast<size_t>(a.shape[1]);
  const auto n = static_cast<size_t>(b.shape[1]);
  tensor::Dense& c = out[0]->dense();
  c.resize({a.shape[1], b.shape[1]}, a.dtype);
  with_float("dot_t", a.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    kernels::matmul(true, false, m, n, k, a.values<T>().data(), m, b.values<T>().data(), n,
                    c.values<T>().data());
  });
}

void dot_t_csr_dense(const Op&, Context& context, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
  const tensor::Csr& a = in[0]->csr();
  const tensor::Dense& b = in[1]->dense();
  with_float("dot_t", a.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto view = csr_view<T>(a, "dot_t");
    const auto units = static_cast<size_t>(b.shape[1]);
    const size_t nonzeros = view.nonzeros();
    Scratch& scratch = context.scratch;
    const std::span<const int32_t> indices(view.indices, nonzeros);
    // Slots of a table may exceed the columns that the shape names only if those are fewer: see translate.
    const auto number = scratch.zeros<int32_t>(0, static_cast<size_t>(a.columns));
    const auto ids = scratch.get<int64_t>(1, nonzeros);
    const size_t distinct = kernels::number_columns(indices, number, ids);
    tensor::RowSparse& g = out[0]->row_sparse();
    g.resize({a.columns, b.shape[1]}, distinct, a.dtype);
    std::copy_n(ids.begin(), distinct, g.row_ids().begin());
    kernels::ByColumn<T> order{};
    if (kernels::csr_t_dot_is_wide(units))
      order = {scratch.get<int32_t>(2, distinct + 1), scratch.get<int32_t>(3, nonzeros), scratch.get<T>(4, nonzeros)};
    kernels::csr_t_dot(view, b.values<T>().data(), units, number, distinct, order, g.values<T>().data());
    kernels::release_columns(g.row_ids(), number);
  });
}

}  // namespace lacuna::cpu

// dot_t on the CPU.
#include "lacuna/graph/op.h"
#include "lacuna/kernels/matmul.h"
#include "lacuna/ops/csr_t_dot_rows.h"
#include "lacuna/ops/views.h"

namespace lacuna::cpu {

void dot_t_dense_dense(const Op&, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
  const tensor::Dense &a = in[0]->dense(), &b = in[1]->dense();
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

void dot_t_csr_dense(const Op&, Context& context, std::span<const Tensor* const> in,
                     std::span<Tensor* const> out) {
  const tensor::Csr& a = in[0]->csr();
  const tensor::Dense& b = in[1]->dense();
  with_float("dot_t", a.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto view = csr_view<T>(a, "dot_t");
    tensor::RowSparse& g = out[0]->row_sparse();
    g.shape.assign({a.columns, b.shape[1]});
    // Where a's ids are slots of a table, its columns are the slots there are: see translate.
    csr_t_dot_rows(context.scratch, view, static_cast<size_t>(a.columns), b.values<T>().data(),
                   static_cast<size_t>(b.shape[1]), g);
  });
}

}  // namespace lacuna::cpu

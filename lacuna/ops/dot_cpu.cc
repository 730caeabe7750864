// dot on the CPU.
#include "lacuna/graph/op.h"
#include "lacuna/kernels/csr_dot.h"
#include "lacuna/kernels/matmul.h"
#include "lacuna/ops/views.h"

namespace lacuna::cpu {

void dot_dense_dense(const Op&, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
  const tensor::Dense &a = in[0]->dense(), &b = in[1]->dense();
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

void dot_csr_rows(const Op&, Context& context, std::span<const Tensor* const> in,
                  std::span<Tensor* const> out) {
  const tensor::Csr& a = in[0]->csr();
  with_float("dot", a.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const RowsView<T> w = rows_view<T>(*in[1]);
    tensor::Dense& c = out[0]->dense();
    c.resize({a.rows, static_cast<Dim>(w.width)}, a.dtype);
    context.method = kernels::csr_dot_method(w.rows, w.stride, w.width);
    kernels::csr_dot(csr_view<T>(a, "dot"), w.data, w.rows, w.stride, w.width, c.values<T>().data());
  });
}

}  // namespace lacuna::cpu

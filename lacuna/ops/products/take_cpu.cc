// take and its gradient on the CPU.
#include <cstring>
#include <numeric>

#include "lacuna/base/threads.h"
#include "lacuna/graph/op.h"
#include "lacuna/ops/parts/ids.h"
#include "lacuna/ops/parts/views.h"
#include "lacuna/ops/products/csr_t_dot_rows.h"

namespace lacuna::cpu {
namespace {

size_t rows_of(const Tensor& w) {
  return w.storage() == Storage::row_table ? w.table().readable() : static_cast<size_t>(w.dense().shape[0]);
}

const Shape& shape_of(const Tensor& w) {
  return w.storage() == Storage::row_table ? w.table().shape() : w.dense().shape;
}

template <class I>
void check_ids(const char* where, std::span<const I> ids, const Tensor& w) {
  const size_t bad = first_out_of_range(ids, static_cast<Dim>(rows_of(w)));
  LACUNA_REQUIRE_RANGE(bad >= ids.size(), where, ": ids must be in [0, ", rows_of(w),
                       "), the rows of w. Received: id=", ids[bad], " at place ", bad, ", w=", w.spec(), ".");
}

}  // namespace

void take(const Op&, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
  const tensor::Dense& ids = in[1]->dense();
  tensor::Dense& y = out[0]->dense();
  const Shape& shape = shape_of(*in[0]);
  y.shape.assign(ids.shape.begin(), ids.shape.end());
  y.shape.insert(y.shape.end(), shape.begin() + 1, shape.end());
  y.resize(y.shape, in[0]->dtype());
  with_float("take", y.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const RowsView<T> w = rows_view<T>(*in[0]);
    T* to = y.values<T>().data();
    with_ids("take", ids, [&](auto rows) {
      check_ids("take", rows, *in[0]);
      parallel_for(rows.size(), std::max<size_t>(1, (size_t{1} << 16) / (w.width + 8)),
                   [&](size_t begin, size_t end) {
                     constexpr size_t kAhead = 8;
                     for (size_t i = begin; i < end; ++i) {
                       if (i + kAhead < end)
                         __builtin_prefetch(w.data + static_cast<size_t>(rows[i + kAhead]) * w.stride);
                       std::memcpy(to + i * w.width, w.data + static_cast<size_t>(rows[i]) * w.stride,
                                   w.width * sizeof(T));
                     }
                   });
    });
  });
}

// dW is a product: the matrix that has a 1 at each (place, id), transposed, times dY.
void take_t(const Op&, Context& context, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
  const tensor::Dense &ids = in[0]->dense(), &dy = in[1]->dense();
  const Tensor& w = *in[2];
  tensor::RowSparse& g = out[0]->row_sparse();
  g.shape = shape_of(w);
  g.shape[0] = static_cast<Dim>(rows_of(w));
  LACUNA_REQUIRE(rows_of(w) < size_t{1} << 31,
                 "take_t: w may have up to 2^31 rows. Received: rows=", rows_of(w), ".");
  with_float("take_t", dy.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    with_ids("take_t", ids, [&](auto rows) {
      check_ids("take_t", rows, w);
      const size_t n = rows.size();
      const auto indices = context.scratch.get<int32_t>(5, n),
                 indptr = context.scratch.get<int32_t>(6, n + 1);
      const auto ones = context.scratch.get<T>(7, n);
      for (size_t i = 0; i < n; ++i) indices[i] = static_cast<int32_t>(rows[i]);
      std::iota(indptr.begin(), indptr.end(), 0);
      std::fill(ones.begin(), ones.end(), T(1));
      csr_t_dot_rows(context.scratch, kernels::CsrView<T>{n, ones.data(), indices.data(), indptr.data()},
                     rows_of(w), dy.values<T>().data(), g.width(), g);
    });
  });
}

}  // namespace lacuna::cpu

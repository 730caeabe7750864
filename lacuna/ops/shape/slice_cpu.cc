// slice and its gradient on the CPU.
#include <cstring>

#include "lacuna/base/threads.h"
#include "lacuna/ops/parts/axis_op.h"
#include "lacuna/ops/parts/ids.h"
#include "lacuna/ops/parts/range.h"

namespace lacuna::cpu {
namespace {

// body(offset in x, offset in the slice, bytes) for each run of bytes that is contiguous in both.
template <class Body>
void for_parts(const tensor::Dense& x, const Range& range, const Body& body) {
  const Strides s(x, range.axis);
  const auto [first, count] = range.of(x.shape[range.axis]);
  const size_t inner = s.inner * size_of(x.dtype);
  const auto n = static_cast<size_t>(count), from = static_cast<size_t>(first),
             step = static_cast<size_t>(range.step);
  parallel_for(s.outer, std::max<size_t>(1, (size_t{1} << 16) / (n * inner + 64)),
               [&](size_t begin, size_t end) {
                 for (size_t o = begin; o < end; ++o) {
                   if (step == 1) body((o * s.size + from) * inner, o * n * inner, n * inner);
                   else
                     for (size_t i = 0; i < n; ++i)
                       body((o * s.size + from + i * step) * inner, (o * n + i) * inner, inner);
                 }
               });
}

// body(k, position in the slice) for each stored entry k of row r of x that is in the slice, by ascending
// position.
template <class I, class Body>
void for_entries(std::span<const I> indices, size_t begin, size_t end, Range::Positions columns, int64_t step,
                 const Body& body) {
  const auto row = indices.subspan(begin, end - begin);
  if (step < 0) {
    auto k = begin + static_cast<size_t>(std::ranges::upper_bound(row, columns.first) - row.begin());
    while (k-- > begin) {
      const int64_t at = indices[k] - columns.first;
      if (at / step >= columns.count) return;
      if (at % step == 0) body(k, at / step);
    }
    return;
  }
  auto k = begin + static_cast<size_t>(std::ranges::lower_bound(row, columns.first) - row.begin());
  for (; k < end; ++k) {
    const int64_t at = indices[k] - columns.first;
    if (at / step >= columns.count) return;
    if (at % step == 0) body(k, at / step);
  }
}

// Which row and columns of x become row r of a slice.
struct CsrSlice {
  CsrSlice(const tensor::Csr& x, const Range& r)
      : step(r.axis == 1 ? r.step : 1), row_step(r.axis == 0 ? r.step : 1) {
    const Range::Positions all{0, r.axis == 0 ? x.columns : x.rows};
    rows = r.axis == 0 ? r.of(x.rows) : all;
    columns = r.axis == 1 ? r.of(x.columns) : all;
  }
  size_t row(size_t r) const { return static_cast<size_t>(rows.first + static_cast<int64_t>(r) * row_step); }
  Range::Positions rows{}, columns{};
  int64_t step, row_step;
};

template <class I, class J>
void fill(const tensor::Csr& x, std::span<const I> indices, std::span<const I> indptr, const CsrSlice& s,
          tensor::Csr& y) {
  const auto rows = static_cast<size_t>(s.rows.count);
  const auto each = [&](size_t r, const auto& body) {
    const size_t row = s.row(r);
    for_entries(indices, static_cast<size_t>(indptr[row]), static_cast<size_t>(indptr[row + 1]), s.columns,
                s.step, body);
  };
  y.indptr.resize((rows + 1) * sizeof(J));
  const auto starts = y.indptr.as<J>();
  J count = 0;
  for (size_t r = 0; r < rows; ++r) {
    starts[r] = count;
    each(r, [&](size_t, int64_t) { ++count; });
  }
  starts[rows] = count;
  y.resize(s.rows.count, s.columns.count, static_cast<size_t>(count), x.dtype, dtype_of<J>());
  const auto columns = y.indices.as<J>();
  with_float("slice", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto from = x.values<T>();
    const auto to = y.values<T>();
    parallel_for(rows, 256, [&](size_t begin, size_t end) {
      for (size_t r = begin; r < end; ++r) {
        auto k = static_cast<size_t>(starts[r]);
        each(r, [&](size_t i, int64_t column) {
          to[k] = from[i];
          columns[k++] = static_cast<J>(column);
        });
      }
    });
  });
}

const Range& range_of(const Op& op) { return static_cast<const RangeOp&>(op).range; }

}  // namespace

void slice_dense(const Range& range, const tensor::Dense& x, tensor::Dense& y) {
  y.shape = x.shape;
  y.shape[range.axis] = range.of(x.shape[range.axis]).count;
  y.resize(y.shape, x.dtype);
  for_parts(x, range, [&](size_t from, size_t to, size_t bytes) {
    if (bytes) std::memcpy(y.data.data() + to, x.data.data() + from, bytes);
  });
}

void slice_gradient_dense(const Op& op, Context&, std::span<const Tensor* const> in,
                          std::span<Tensor* const> out) {
  const tensor::Dense &dy = in[0]->dense(), &x = in[1]->dense();
  tensor::Dense& dx = out[0]->dense();
  dx.resize(x.shape, dy.dtype);
  if (dx.data.bytes()) std::memset(dx.data.data(), 0, dx.data.bytes());
  for_parts(dx, range_of(op), [&](size_t to, size_t from, size_t bytes) {
    if (bytes) std::memcpy(dx.data.data() + to, dy.data.data() + from, bytes);
  });
}

void slice_csr(const Range& range, const tensor::Csr& x, tensor::Csr& y) {
  const CsrSlice s(x, range);
  with_index(x, [&](auto indices, auto indptr) {
    using I = typename decltype(indices)::value_type;
    if (s.columns.count < int64_t{1} << 31) fill<I, int32_t>(x, indices, indptr, s, y);
    else fill<I, int64_t>(x, indices, indptr, s, y);
  });
}

void slice_dense(const Op& op, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
  slice_dense(range_of(op), in[0]->dense(), out[0]->dense());
}

void slice_csr(const Op& op, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
  slice_csr(range_of(op), in[0]->csr(), out[0]->csr());
}

// Matches the entries of dy with those of x, row by row.
void slice_gradient_csr(const Op& op, Context&, std::span<const Tensor* const> in,
                        std::span<Tensor* const> out) {
  const tensor::Csr &dy = in[0]->csr(), &x = in[1]->csr();
  tensor::Csr& dx = out[0]->csr();
  dx.resize_like(x, dy.dtype);
  if (dx.data.bytes()) std::memset(dx.data.data(), 0, dx.data.bytes());
  const CsrSlice s(x, range_of(op));
  with_float("slice_gradient", dy.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto from = dy.values<T>();
    const auto to = dx.values<T>();
    with_index(x, [&](auto indices, auto indptr) {
      with_index(dy, [&](auto dy_indices, auto dy_indptr) {
        for (size_t r = 0; r < static_cast<size_t>(s.rows.count); ++r) {
          const size_t row = s.row(r);
          auto i = static_cast<size_t>(dy_indptr[r]);
          const auto stop = static_cast<size_t>(dy_indptr[r + 1]);
          for_entries(indices, static_cast<size_t>(indptr[row]), static_cast<size_t>(indptr[row + 1]),
                      s.columns, s.step, [&](size_t k, int64_t column) {
                        while (i < stop && dy_indices[i] < column) ++i;
                        if (i < stop && dy_indices[i] == column) to[k] = from[i];
                      });
        }
      });
    });
  });
}

}  // namespace lacuna::cpu

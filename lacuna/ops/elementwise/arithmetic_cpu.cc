// What the pairs of storages ask for: broadcasting, merging of patterns, gathering at entries.
#include "lacuna/ops/elementwise/arithmetic_cpu.h"

#include <algorithm>
#include <limits>

#include "lacuna/base/error.h"
#include "lacuna/ops/parts/broadcast.h"
#include "lacuna/ops/parts/entries.h"
#include "lacuna/ops/parts/row_index.h"

namespace lacuna::cpu {
namespace {

const BinaryFunction& function_of(const Op& op) { return static_cast<const Binary&>(op).function; }

// Calls f(tag) with the dtype of a graph.
template <class F>
void with_graph_dtype(DType dtype, const F& f) {
  switch (dtype) {
    case DType::float32:
      return f(Tag<float>{});
    case DType::float64:
      return f(Tag<double>{});
    case DType::int32:
      return f(Tag<int32_t>{});
    default:
      return f(Tag<int64_t>{});
  }
}

template <class T>
void broadcast_lines(BinaryLoop<T> loop, const Dims& out_dims, const T* a, const Dims& a_dims, const T* b,
                     const Dims& b_dims, T* out) {
  const Lines lines(out_dims, a_dims, b_dims);
  lines.each(
      [&, step_a = lines.step_a(), step_b = lines.step_b()](size_t to, size_t at_a, size_t at_b, size_t n) {
        loop(a + at_a, step_a, b + at_b, step_b, out + to, n);
      });
}

// The pattern of c: entries of rows of a and b side by side, where either has one (kUnion), or where both
// have. of_a, of_b: the values there, or 0.
template <bool kUnion, class T, class I>
size_t merge(const tensor::Csr& a, const tensor::Csr& b, tensor::Csr& c, T* of_a, T* of_b) {
  const T *data_a = a.values<T>().data(), *data_b = b.values<T>().data();
  const I *indices_a = a.indices.as<I>().data(), *indices_b = b.indices.as<I>().data();
  const I *indptr_a = a.indptr.as<I>().data(), *indptr_b = b.indptr.as<I>().data();
  I *indices = c.indices.as<I>().data(), *indptr = c.indptr.as<I>().data();
  I n = 0;
  const auto put = [&](I column, T value_a, T value_b) {
    indices[n] = column;
    of_a[n] = value_a;
    of_b[n++] = value_b;
  };
  const auto rows = static_cast<size_t>(a.rows);
  for (size_t r = 0; r < rows; ++r) {
    indptr[r] = n;
    I i = indptr_a[r], j = indptr_b[r];
    const I end_i = indptr_a[r + 1], end_j = indptr_b[r + 1];
    while (i < end_i && j < end_j) {
      const I column_a = indices_a[i], column_b = indices_b[j];
      if (column_a == column_b) put(column_a, data_a[i++], data_b[j++]);
      else if (column_a < column_b) {
        if constexpr (kUnion) put(column_a, data_a[i], T(0));
        ++i;
      } else {
        if constexpr (kUnion) put(column_b, T(0), data_b[j]);
        ++j;
      }
    }
    if constexpr (kUnion) {
      for (; i < end_i; ++i) put(indices_a[i], data_a[i], T(0));
      for (; j < end_j; ++j) put(indices_b[j], T(0), data_b[j]);
    }
  }
  indptr[rows] = n;
  return static_cast<size_t>(n);
}

template <bool kUnion>
void csr_csr(const Op& op, Context& context, In in, Out out) {
  const BinaryFunction& function = function_of(op);
  const tensor::Csr &a = in[0]->csr(), &b = in[1]->csr();
  LACUNA_REQUIRE(a.rows == b.rows && a.columns == b.columns, function.name,
                 ": csr operands must have one shape. Received: a=", in[0]->spec(), ", b=", in[1]->spec(),
                 ".");
  if (same_entries(*in[0], *in[1])) return same_entries_of(function, in, out);
  LACUNA_REQUIRE(a.index == b.index, function.name,
                 ": csr operands must have one type of indices. Received: a=", a.index, ", b=", b.index, ".");
  const size_t of_a = a.nonzeros(), of_b = b.nonzeros(), most = kUnion ? of_a + of_b : std::min(of_a, of_b);
  const bool wide = a.index == DType::int64;
  LACUNA_REQUIRE(
      wide || most <= static_cast<size_t>(std::numeric_limits<int32_t>::max()), function.name,
      ": the result must have fewer than 2^31 entries while indices are int32. Received: entries of a=", of_a,
      ", of b=", of_b, ".");
  with_float(function.name, a.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    tensor::Csr& c = out[0]->csr();
    c.resize(a.rows, a.columns, most, a.dtype, a.index);
    T *values_a = context.scratch.get<T>(0, most).data(), *values_b = context.scratch.get<T>(1, most).data();
    const size_t n = wide ? merge<kUnion, T, int64_t>(a, b, c, values_a, values_b)
                          : merge<kUnion, T, int32_t>(a, b, c, values_a, values_b);
    c.data.resize(n * sizeof(T));
    c.indices.resize(n * (wide ? sizeof(int64_t) : sizeof(int32_t)));
    function.loop<T>()(values_a, 1, values_b, 1, c.values<T>().data(), n);
  });
}

template <bool kUnion>
void rows_rows(const Op& op, Context& context, In in, Out out) {
  const BinaryFunction& function = function_of(op);
  const tensor::RowSparse &a = in[0]->row_sparse(), &b = in[1]->row_sparse();
  const size_t width = a.width();
  // One may have more rows: slots that a row_table gained between the two.
  LACUNA_REQUIRE(a.shape.size() == b.shape.size() && width == b.width(), function.name,
                 ": row_sparse operands must have one shape. Received: a=", in[0]->spec(),
                 ", b=", in[1]->spec(), ".");
  if (same_entries(*in[0], *in[1])) return same_entries_of(function, in, out);
  const auto ids_a = a.row_ids(), ids_b = b.row_ids();
  const RowIndex index(context.scratch, 0, ids_a);
  const auto from_a = context.scratch.get<int32_t>(1, ids_a.size() + ids_b.size());  // Rows of the result.
  const auto from_b = context.scratch.get<int32_t>(2, ids_a.size() + ids_b.size());
  size_t n = 0;
  if constexpr (kUnion)
    for (; n < ids_a.size(); ++n) from_a[n] = static_cast<int32_t>(n), from_b[n] = -1;
  for (size_t j = 0; j < ids_b.size(); ++j) {
    const int32_t i = index[ids_b[j]];
    if (kUnion && i >= 0) from_b[static_cast<size_t>(i)] = static_cast<int32_t>(j);
    else if (kUnion || i >= 0) from_a[n] = i, from_b[n++] = static_cast<int32_t>(j);
  }
  tensor::RowSparse& c = out[0]->row_sparse();
  c.shape = a.shape;
  c.shape[0] = std::max(a.shape[0], b.shape[0]);
  c.resize(c.shape, n, a.dtype);
  int64_t* ids = c.row_ids().data();
  with_float(function.name, a.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const BinaryLoop<T> loop = function.loop<T>();
    const T *x = a.values<T>().data(), *y = b.values<T>().data();
    T* values = c.values<T>().data();
    parallel_for(n, std::max<size_t>(1, kGrain / (width + 1)), [&](size_t begin, size_t end) {
      const T zero(0);
      for (size_t r = begin; r < end; ++r) {
        const T* p = from_a[r] < 0 ? nullptr : x + static_cast<size_t>(from_a[r]) * width;
        const T* q = from_b[r] < 0 ? nullptr : y + static_cast<size_t>(from_b[r]) * width;
        ids[r] = p ? ids_a[static_cast<size_t>(from_a[r])] : ids_b[static_cast<size_t>(from_b[r])];
        loop(p ? p : &zero, p != nullptr, q ? q : &zero, q != nullptr, values + r * width, width);
      }
    });
  });
}

constexpr size_t kGathered = 256;  // Values of the dense operand that are gathered on the stack.

// Calls use(gathered, first, n) for blocks of entries: the elements of `dense` at the n entries from `first`
// on; place(r, c) is called for each of them before that, in their order.
template <class T, class Place, class Use>
void with_gathered(const Tensor& sparse, const T* dense, const Spread& at, const Place& place,
                   const Use& use) {
  const size_t rows = detail::stored_rows(sparse);
  parallel_for(rows, row_grain(rows, entries<T>(sparse).size()), [&](size_t begin, size_t end) {
    T gathered[kGathered];
    size_t places[kGathered];
    size_t first = 0, n = 0;
    detail::entries_of_rows(sparse, begin, end, [&](size_t k, size_t r, size_t c) {
      if (n == 0) first = k;
      gathered[n] = dense[at(r, c)];
      places[n++] = place(r, c);
      if (n < kGathered) return;
      use(gathered, places, first, n);
      n = 0;
    });
    if (n) use(gathered, places, first, n);
  });
}

// Of a sparse and a dense operand, in that order or the other.
struct Operands {
  const Tensor &sparse, &dense;
  bool flipped;

  template <class T>
  void run(BinaryLoop<T> loop, const T* of_sparse, size_t step_sparse, const T* of_dense, size_t step_dense,
           T* to, size_t n) const {
    if (flipped) loop(of_dense, step_dense, of_sparse, step_sparse, to, n);
    else loop(of_sparse, step_sparse, of_dense, step_dense, to, n);
  }
};

void at_entries(const Op& op, const Operands& operands, Tensor& out) {
  const BinaryFunction& function = function_of(op);
  const Tensor &sparse = operands.sparse, &dense = operands.dense;
  const Spread at = spread(function.name, dims_of(dense), dims_of(sparse));
  with_float(function.name, sparse.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T *x = entries<T>(sparse).data(), *d = entries<T>(dense).data();
    T* to = entries_like<T>(sparse, out).data();
    const auto nowhere = [](size_t, size_t) { return size_t{0}; };
    with_gathered(sparse, d, at, nowhere, [&](const T* gathered, const size_t*, size_t first, size_t n) {
      operands.run(function.loop<T>(), x + first, 1, gathered, 1, to + first, n);
    });
  });
}

void everywhere(const Op& op, const Operands& operands, Tensor& out) {
  const BinaryFunction& function = function_of(op);
  const Tensor &sparse = operands.sparse, &dense = operands.dense;
  const Dims shape = dims_of(sparse), dense_shape = dims_of(dense);
  const Spread at = spread(function.name, dense_shape, shape);
  const size_t width = shape[0] ? shape.count() / shape[0] : 0;
  resize(out.dense(), shape, sparse.dtype());
  with_float(function.name, sparse.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const BinaryLoop<T> loop = function.loop<T>();
    const T *x = entries<T>(sparse).data(), *d = entries<T>(dense).data();
    T* to = out.dense().values<T>().data();
    const T zero(0);
    if (operands.flipped) broadcast_lines(loop, shape, d, dense_shape, &zero, Dims{}, to);
    else broadcast_lines(loop, shape, &zero, Dims{}, d, dense_shape, to);
    const auto place = [width](size_t r, size_t c) { return r * width + c; };
    with_gathered(sparse, d, at, place, [&](const T* gathered, const size_t* places, size_t first, size_t n) {
      T result[kGathered];
      operands.run(loop, x + first, 1, gathered, 1, result, n);
      for (size_t i = 0; i < n; ++i) to[places[i]] = result[i];
    });
  });
}

}  // namespace

void same_entries_of(const BinaryFunction& function, In in, Out out) {
  with_float(function.name, in[0]->dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T *a = entries<T>(*in[0]).data(), *b = entries<T>(*in[1]).data();
    const auto c = entries_like<T>(*in[0], *out[0]);
    parallel_for(c.size(), kGrain, [&](size_t begin, size_t end) {
      function.loop<T>()(a + begin, 1, b + begin, 1, c.data() + begin, end - begin);
    });
  });
}

void dense_dense(const Op& op, Context&, In in, Out out) {
  const BinaryFunction& function = function_of(op);
  const Dims a = dims_of(*in[0]), b = dims_of(*in[1]), o = broadcast(function.name, a, b);
  resize(out[0]->dense(), o, in[0]->dtype());
  with_graph_dtype(in[0]->dtype(), [&]<class T>(Tag<T>) {
    broadcast_lines(function.loop<T>(), o, in[0]->dense().values<T>().data(), a,
                    in[1]->dense().values<T>().data(), b, out[0]->dense().values<T>().data());
  });
}

void csr_csr_union(const Op& op, Context& context, In in, Out out) { csr_csr<true>(op, context, in, out); }
void csr_csr_common(const Op& op, Context& context, In in, Out out) { csr_csr<false>(op, context, in, out); }
void rows_rows_union(const Op& op, Context& context, In in, Out out) {
  rows_rows<true>(op, context, in, out);
}
void rows_rows_common(const Op& op, Context& context, In in, Out out) {
  rows_rows<false>(op, context, in, out);
}
void sparse_dense(const Op& op, Context&, In in, Out out) {
  at_entries(op, {*in[0], *in[1], false}, *out[0]);
}
void dense_sparse(const Op& op, Context&, In in, Out out) { at_entries(op, {*in[1], *in[0], true}, *out[0]); }
void sparse_dense_to_dense(const Op& op, Context&, In in, Out out) {
  everywhere(op, {*in[0], *in[1], false}, *out[0]);
}
void dense_sparse_to_dense(const Op& op, Context&, In in, Out out) {
  everywhere(op, {*in[1], *in[0], true}, *out[0]);
}

}  // namespace lacuna::cpu

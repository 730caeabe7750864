// Binary arithmetic on the CPU, for each pair of storages; F is the arithmetic of two numbers.
#pragma once
#include <array>
#include <limits>

#include "lacuna/base/error.h"
#include "lacuna/graph/op.h"
#include "lacuna/ops/parts/broadcast.h"
#include "lacuna/ops/parts/entries.h"
#include "lacuna/ops/parts/row_index.h"

namespace lacuna::cpu {

using In = std::span<const Tensor* const>;
using Out = std::span<Tensor* const>;

struct Add {
  static constexpr const char* kName = "add";
  template <class T>
  static T of(T a, T b) {
    return a + b;
  }
};
struct Subtract {
  static constexpr const char* kName = "subtract";
  template <class T>
  static T of(T a, T b) {
    return a - b;
  }
};
struct Multiply {
  static constexpr const char* kName = "multiply";
  template <class T>
  static T of(T a, T b) {
    return a * b;
  }
};
struct Divide {
  static constexpr const char* kName = "divide";
  template <class T>
  static T of(T a, T b) {
    return a / b;
  }
};
struct Maximum {
  static constexpr const char* kName = "maximum";
  template <class T>
  static T of(T a, T b) {
    return a < b || b != b ? b : a;  // NaN stays.
  }
};
struct Minimum {
  static constexpr const char* kName = "minimum";
  template <class T>
  static T of(T a, T b) {
    return b < a || b != b ? b : a;
  }
};

template <class F>
struct Flipped {
  static constexpr const char* kName = F::kName;
  template <class T>
  static T of(T a, T b) {
    return F::of(b, a);
  }
};

// out[i] = F(a[i], b[i]) in lines.
template <class F, class T>
void broadcast_lines(const Dims& out_dims, const T* a, const Dims& a_dims, const T* b, const Dims& b_dims,
                     T* out) {
  const Lines lines(out_dims, a_dims, b_dims);
  lines.each(
      [&, step_a = lines.step_a(), step_b = lines.step_b()](size_t to, size_t at_a, size_t at_b, size_t n) {
        T* o = out + to;
        const T *x = a + at_a, *y = b + at_b;
        if (step_a && step_b)
          for (size_t i = 0; i < n; ++i) o[i] = F::of(x[i], y[i]);
        else if (step_a)
          for (size_t i = 0; i < n; ++i) o[i] = F::of(x[i], *y);
        else if (step_b)
          for (size_t i = 0; i < n; ++i) o[i] = F::of(*x, y[i]);
        else
          for (size_t i = 0; i < n; ++i) o[i] = F::of(*x, *y);
      });
}

template <class F>
void dense_dense(const Op&, Context&, In in, Out out) {
  const Dims a = dims_of(*in[0]), b = dims_of(*in[1]), o = broadcast(F::kName, a, b);
  with_float(F::kName, in[0]->dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    tensor::Dense& c = out[0]->dense();
    resize(c, o, in[0]->dtype());
    broadcast_lines<F, T>(o, entries<T>(*in[0]).data(), a, entries<T>(*in[1]).data(), b,
                          c.values<T>().data());
  });
}

// Entries of one pattern, one against the other.
template <class F, class T>
void same_entries_of(In in, Out out) {
  const T *a = entries<T>(*in[0]).data(), *b = entries<T>(*in[1]).data();
  const auto c = entries_like<T>(*in[0], *out[0]);
  parallel_for(c.size(), kGrain, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) c[i] = F::of(a[i], b[i]);
  });
}

// c: the entries of rows of a and b side by side, where either has one (kUnion), or where both have.
template <class F, bool kUnion, class T, class I>
void merge(const tensor::Csr& a, const tensor::Csr& b, tensor::Csr& c) {
  const size_t of_a = a.nonzeros(), of_b = b.nonzeros();
  const size_t most = kUnion ? of_a + of_b : std::min(of_a, of_b);
  LACUNA_REQUIRE(most <= static_cast<size_t>(std::numeric_limits<I>::max()), F::kName,
                 ": the result must have fewer than 2^31 entries while indices are int32. "
                 "Received: entries of a=",
                 of_a, ", of b=", of_b, ".");
  c.resize(a.rows, a.columns, most, a.dtype, a.index);
  const T *data_a = a.values<T>().data(), *data_b = b.values<T>().data();
  const I *indices_a = a.indices.as<I>().data(), *indices_b = b.indices.as<I>().data();
  const I *indptr_a = a.indptr.as<I>().data(), *indptr_b = b.indptr.as<I>().data();
  T* values = c.values<T>().data();
  I *indices = c.indices.as<I>().data(), *indptr = c.indptr.as<I>().data();
  I n = 0;
  const auto put = [&](I column, T value) {
    indices[n] = column;
    values[n++] = value;
  };
  const auto rows = static_cast<size_t>(a.rows);
  for (size_t r = 0; r < rows; ++r) {
    indptr[r] = n;
    I i = indptr_a[r], j = indptr_b[r];
    const I end_i = indptr_a[r + 1], end_j = indptr_b[r + 1];
    while (i < end_i && j < end_j) {
      const I column_a = indices_a[i], column_b = indices_b[j];
      if (column_a == column_b) put(column_a, F::of(data_a[i++], data_b[j++]));
      else if (column_a < column_b) {
        if constexpr (kUnion) put(column_a, F::of(data_a[i], T(0)));
        ++i;
      } else {
        if constexpr (kUnion) put(column_b, F::of(T(0), data_b[j]));
        ++j;
      }
    }
    if constexpr (kUnion) {
      for (; i < end_i; ++i) put(indices_a[i], F::of(data_a[i], T(0)));
      for (; j < end_j; ++j) put(indices_b[j], F::of(T(0), data_b[j]));
    }
  }
  indptr[rows] = n;
  c.data.resize(static_cast<size_t>(n) * sizeof(T));
  c.indices.resize(static_cast<size_t>(n) * sizeof(I));
}

// Both csr: entries where either has one (kUnion), or where both have.
template <class F, bool kUnion>
void csr_csr(const Op&, Context&, In in, Out out) {
  const tensor::Csr &a = in[0]->csr(), &b = in[1]->csr();
  LACUNA_REQUIRE(a.rows == b.rows && a.columns == b.columns, F::kName,
                 ": csr operands must have one shape. Received: a=", in[0]->spec(), ", b=", in[1]->spec(),
                 ".");
  with_float(F::kName, a.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    if (same_entries(*in[0], *in[1])) return same_entries_of<F, T>(in, out);
    LACUNA_REQUIRE(a.index == b.index, F::kName,
                   ": csr operands must have one type of indices. Received: a=", a.index, ", b=", b.index,
                   ".");
    if (a.index == DType::int64) merge<F, kUnion, T, int64_t>(a, b, out[0]->csr());
    else merge<F, kUnion, T, int32_t>(a, b, out[0]->csr());
  });
}

// Both row_sparse: rows that either names, a's first (kUnion), or rows that both name.
template <class F, bool kUnion>
void rows_rows(const Op&, Context& context, In in, Out out) {
  const tensor::RowSparse &a = in[0]->row_sparse(), &b = in[1]->row_sparse();
  const size_t width = a.width();
  // Of rows there may be more in one: slots of a table that came into being in between.
  LACUNA_REQUIRE(a.shape.size() == b.shape.size() && width == b.width(), F::kName,
                 ": row_sparse operands must have one shape. Received: a=", in[0]->spec(),
                 ", b=", in[1]->spec(), ".");
  with_float(F::kName, a.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    if (same_entries(*in[0], *in[1])) return same_entries_of<F, T>(in, out);
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
    const T *x = a.values<T>().data(), *y = b.values<T>().data();
    T* values = c.values<T>().data();
    int64_t* ids = c.row_ids().data();
    parallel_for(n, std::max<size_t>(1, kGrain / (width + 1)), [&](size_t begin, size_t end) {
      for (size_t r = begin; r < end; ++r) {
        const T* p = from_a[r] < 0 ? nullptr : x + static_cast<size_t>(from_a[r]) * width;
        const T* q = from_b[r] < 0 ? nullptr : y + static_cast<size_t>(from_b[r]) * width;
        T* o = values + r * width;
        ids[r] = p ? ids_a[static_cast<size_t>(from_a[r])] : ids_b[static_cast<size_t>(from_b[r])];
        if (p && q)
          for (size_t i = 0; i < width; ++i) o[i] = F::of(p[i], q[i]);
        else if (p)
          for (size_t i = 0; i < width; ++i) o[i] = F::of(p[i], T(0));
        else
          for (size_t i = 0; i < width; ++i) o[i] = F::of(T(0), q[i]);
      }
    });
  });
}

// Sparse (csr or row_sparse) with dense, at the entries of the sparse one.
template <class F>
void sparse_dense(const Op&, Context&, In in, Out out) {
  const Spread at = spread(F::kName, dims_of(*in[1]), dims_of(*in[0]));
  with_float(F::kName, in[0]->dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T *x = entries<T>(*in[0]).data(), *d = entries<T>(*in[1]).data();
    T* to = entries_like<T>(*in[0], *out[0]).data();
    for_entries(*in[0], [=](size_t k, size_t r, size_t c) { to[k] = F::of(x[k], d[at(r, c)]); });
  });
}

// The same, everywhere.
template <class F>
void sparse_dense_to_dense(const Op&, Context&, In in, Out out) {
  const Dims shape = dims_of(*in[0]), dense_shape = dims_of(*in[1]);
  const Spread at = spread(F::kName, dense_shape, shape);
  const size_t width = shape[0] ? shape.count() / shape[0] : 0;
  with_float(F::kName, in[0]->dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T *x = entries<T>(*in[0]).data(), *d = entries<T>(*in[1]).data();
    resize(out[0]->dense(), shape, in[0]->dtype());
    T* to = out[0]->dense().values<T>().data();
    const T zero(0);
    broadcast_lines<F, T>(shape, &zero, Dims{}, d, dense_shape, to);
    for_entries(*in[0], [=](size_t k, size_t r, size_t c) { to[r * width + c] = F::of(x[k], d[at(r, c)]); });
  });
}

// Any of the two above with the dense operand first.
template <Kernel kKernel>
void flipped(const Op& op, Context& context, In in, Out out) {
  const std::array<const Tensor*, 2> turned{in[1], in[0]};
  kKernel(op, context, turned, out);
}

}  // namespace lacuna::cpu

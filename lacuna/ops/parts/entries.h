// The stored values of a tensor, whatever its storage: all of a dense one, the entries of csr, the rows of
// row_sparse.
#pragma once
#include <cstring>

#include "lacuna/base/threads.h"
#include "lacuna/ops/parts/ids.h"
#include "lacuna/ops/parts/views.h"

namespace lacuna {

template <class T>
std::span<const T> entries(const Tensor& x) {
  switch (x.storage()) {
    case Storage::csr:
      return x.csr().values<T>();
    case Storage::row_sparse:
      return x.row_sparse().values<T>();
    default:
      return x.dense().values<T>();
  }
}

// Gives `out` the entries of x and returns its values, which the caller must write.
template <class T>
std::span<T> entries_like(const Tensor& x, Tensor& out) {
  switch (x.storage()) {
    case Storage::csr:
      out.csr().resize_like(x.csr(), dtype_of<T>());
      return out.csr().values<T>();
    case Storage::row_sparse: {
      const tensor::RowSparse& from = x.row_sparse();
      tensor::RowSparse& to = out.row_sparse();
      to.dtype = dtype_of<T>();
      to.shape = from.shape;
      to.ids = Buffer::alias(from.ids);
      to.data.resize(from.data.bytes() / size_of(from.dtype) * sizeof(T));
      return to.values<T>();
    }
    default:
      out.dense().resize(x.dense().shape, dtype_of<T>());
      return out.dense().values<T>();
  }
}

inline bool same_bytes(const Buffer& a, const Buffer& b) {
  return a.bytes() == b.bytes() &&
         (a.data() == b.data() || !a.bytes() || !std::memcmp(a.data(), b.data(), a.bytes()));
}

// Whether two tensors of one storage have entries at the same places. Fast where they share them.
inline bool same_entries(const Tensor& a, const Tensor& b) {
  if (a.storage() != b.storage()) return false;
  switch (a.storage()) {
    case Storage::csr:
      return a.csr().index == b.csr().index && a.csr().columns == b.csr().columns &&
             same_bytes(a.csr().indptr, b.csr().indptr) && same_bytes(a.csr().indices, b.csr().indices);
    case Storage::row_sparse:
      return a.row_sparse().width() == b.row_sparse().width() &&
             same_bytes(a.row_sparse().ids, b.row_sparse().ids);
    default:
      return a.dense().shape == b.dense().shape;
  }
}

namespace detail {

// f(k, row, column) for the stored values k of rows [begin, end) of csr, or of the stored rows of row_sparse,
// whose dimensions behind the first count as columns.
template <class F>
void entries_of_rows(const Tensor& x, size_t begin, size_t end, const F& f) {
  if (x.storage() == Storage::csr) {
    with_index(x.csr(), [&](auto indices, auto indptr) {
      for (size_t r = begin; r < end; ++r)
        for (auto k = static_cast<size_t>(indptr[r]); k < static_cast<size_t>(indptr[r + 1]); ++k)
          f(k, r, static_cast<size_t>(indices[k]));
    });
    return;
  }
  const auto ids = x.row_sparse().row_ids();
  const size_t width = x.row_sparse().width();
  for (size_t i = begin; i < end; ++i)
    for (size_t c = 0; c < width; ++c) f(i * width + c, static_cast<size_t>(ids[i]), c);
}

inline size_t stored_rows(const Tensor& x) {
  return x.storage() == Storage::csr ? static_cast<size_t>(x.csr().rows) : x.row_sparse().row_ids().size();
}

}  // namespace detail

// How many rows to give a block of parallel_for, given the number of entries in all rows.
inline size_t row_grain(size_t rows, size_t entries) {
  return std::max<size_t>(1, size_t{32768} * rows / (rows + entries + 1));
}

// f(k, row, column) for each stored value k of a sparse x, in parallel by rows.
template <class F>
void for_entries(const Tensor& x, const F& f) {
  const size_t rows = detail::stored_rows(x);
  const size_t stored = x.storage() == Storage::csr ? x.csr().nonzeros() : rows * x.row_sparse().width();
  parallel_for(rows, row_grain(rows, stored),
               [&](size_t begin, size_t end) { detail::entries_of_rows(x, begin, end, f); });
}

// The same, sequentially.
template <class F>
void each_entry(const Tensor& x, const F& f) {
  detail::entries_of_rows(x, 0, detail::stored_rows(x), f);
}

}  // namespace lacuna

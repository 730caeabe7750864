// Y = Xᵀ, dense by tiles, csr by a counting sort.
#pragma once
#include <algorithm>

#include "lacuna/base/threads.h"
#include "lacuna/kernels/csr_view.h"

namespace lacuna::kernels {

// x is (rows, columns), y (columns, rows).
template <class T>
void transpose(const T* x, size_t rows, size_t columns, T* y) {
  constexpr size_t kTile = 32;  // A tile of x and one of y fit the L1 cache.
  parallel_for((columns + kTile - 1) / kTile, std::max<size_t>(1, 1024 / (rows + 1)),
               [&](size_t begin, size_t end) {
                 for (size_t tile = begin; tile < end; ++tile) {
                   const size_t stop = std::min(columns, (tile + 1) * kTile);
                   for (size_t r = 0; r < rows; r += kTile)
                     for (size_t c = tile * kTile; c < stop; ++c)
                       for (size_t i = r; i < std::min(rows, r + kTile); ++i)
                         y[c * rows + i] = x[i * columns + c];
                 }
               });
}

// Row c of the result has the entries of column c in the order of their rows. indptr has columns + 1 numbers,
// the other arrays one for each entry.
template <class T>
void transpose(const CsrView<T>& a, size_t columns, int32_t* indptr, int32_t* indices, T* data) {
  std::fill(indptr, indptr + columns + 1, 0);
  for (int32_t k = a.indptr[0]; k < a.indptr[a.rows]; ++k) ++indptr[a.indices[k]];
  int32_t before = 0;
  for (size_t c = 0; c <= columns; ++c) {
    const int32_t count = indptr[c];
    indptr[c] = before;
    before += count;
  }
  for (size_t r = 0; r < a.rows; ++r)
    for (int32_t k = a.indptr[r]; k < a.indptr[r + 1]; ++k) {
      const int32_t at = indptr[a.indices[k]]++;
      indices[at] = static_cast<int32_t>(r);
      data[at] = a.data[k];
    }
  for (size_t c = columns; c > 0; --c) indptr[c] = indptr[c - 1];  // Filling moved each start to its end.
  indptr[0] = 0;
}

}  // namespace lacuna::kernels

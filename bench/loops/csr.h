// The csr data of a case, and the prefetch of a shuffled row.
#pragma once
#include <hwy/cache_control.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "npy.h"
#include "pages.h"

namespace loops {

struct Csr {
  Pages<int64_t> indptr;
  Pages<int32_t> indices;
  Pages<float> data;
  size_t rows = 0, columns = 0;

  // Prefetches both arrays of a row. Shuffled rows lie anywhere, so this is done some rows ahead.
  void prefetch(int32_t row) const {
    constexpr int64_t kLine = 64 / sizeof(float);
    for (int64_t k = indptr[row]; k < indptr[row + 1]; k += kLine) {
      hwy::Prefetch(&indices[k]);
      hwy::Prefetch(&data[k]);
    }
  }
};

// The first `rows` rows of the data in `folder` (0: all). x.columns is the largest column that occurs plus 1.
inline Csr read_csr(const std::string& folder, size_t rows) {
  Csr x{read_npy<int64_t>(folder + "/indptr.npy").values, read_npy<int32_t>(folder + "/indices.npy").values,
        read_npy<float>(folder + "/data.npy").values};
  x.rows = x.indptr.size() - 1;
  if (rows > 0) x.rows = std::min(x.rows, rows);
  const size_t nonzeros = static_cast<size_t>(x.indptr[x.rows]);
  if (nonzeros > x.indices.size() || x.indices.size() != x.data.size())
    throw std::runtime_error("read_csr: indptr, indices and data must agree. Received: folder=" + folder);
  for (int32_t column : x.indices) {
    if (column < 0)
      throw std::runtime_error("read_csr: columns must be 0 … 2^31 - 1. Received: folder=" + folder);
    x.columns = std::max(x.columns, static_cast<size_t>(column) + 1);
  }
  return x;
}

// The targets, one number per row.
template <class T>
Pages<T> read_targets(const std::string& folder, size_t rows) {
  Npy<T> y = read_npy<T>(folder + "/y.npy");
  if (y.columns != 1 || y.values.size() < rows)
    throw std::runtime_error("read_targets: y must have one number for each row of x. Received: folder=" +
                             folder);
  return std::move(y.values);
}

}  // namespace loops

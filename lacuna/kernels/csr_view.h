// The parts of a csr matrix as kernels see them: rows [0, rows) of values at int32 columns.
#pragma once
#include <cstddef>
#include <cstdint>

namespace lacuna::kernels {

template <class T>
struct CsrView {
  size_t rows;
  const T* data;
  const int32_t* indices;
  const int32_t* indptr;  // rows + 1 places

  size_t nonzeros() const { return static_cast<size_t>(indptr[rows] - indptr[0]); }
};

}  // namespace lacuna::kernels

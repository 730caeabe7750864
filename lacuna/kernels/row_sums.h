// Rows of a product Aᵀ B that are sums over the batch's non-zeros, which stand ordered by column: see
// by_column.h.
#pragma once
#include <cstddef>
#include <cstdint>

namespace lacuna::kernels {

// What a sum loses of the row of the weight that it is the gradient of: share[i] times the first `width`
// values of the row that starts at w + ids[i] * stride. Without share: nothing.
template <class T>
struct OwnRows {
  const T* share;
  const int64_t* ids;
  const T* w;
  size_t stride, width;
};

// Row i is Σ value[k] · B[row[k], :] over k from start[i] up to start[i + 1], in this order. Row r of B
// starts at b + r * stride.
template <class T>
struct RowSums {
  const int32_t* start;
  const int32_t* row;
  const T* value;
  const T* b;
  size_t stride;
  OwnRows<T> own{};
};

// The first `rows` of them to g, (rows, stride).
void row_sums(const RowSums<float>& sums, size_t rows, float* g);
void row_sums(const RowSums<double>& sums, size_t rows, double* g);

}  // namespace lacuna::kernels

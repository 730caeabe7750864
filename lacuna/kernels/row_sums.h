// Computes rows of a product Aᵀ B as sums over the batch's non-zeros, which are sorted by column: see
// by_column.h.
#pragma once
#include <cstddef>
#include <cstdint>

#include "lacuna/base/export.h"

namespace LACUNA_EXPORT lacuna {
namespace kernels {

// Subtracts from sum i a share of its row of the weight: share[i] times the first `width` values of the row
// that starts at w + ids[i] * stride. If share is null, nothing.
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

// Writes the first `rows` sums to g, (rows, stride).
void row_sums(const RowSums<float>& sums, size_t rows, float* g);
void row_sums(const RowSums<double>& sums, size_t rows, double* g);

}  // namespace kernels
}  // namespace lacuna

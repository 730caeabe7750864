// G = Aᵀ B, A csr, added in batch order.
#include "lacuna/kernels/csr_t_dot.h"

#include <algorithm>
#include <vector>

#include "lacuna/kernels/long_sum.h"

namespace lacuna::kernels {
namespace {

template <class T, class Sum>
void add_in_order(const CsrView<T>& a, const T* b, size_t units, std::span<const int32_t> number,
                  size_t distinct, Sum* g) {
  std::fill_n(g, distinct * units, Sum(0));
  for (size_t r = 0; r < a.rows; ++r) {
    const T* from = b + r * units;
    for (int32_t k = a.indptr[r]; k < a.indptr[r + 1]; ++k) {
      Sum* to = g + static_cast<size_t>(number[static_cast<size_t>(a.indices[k])] - 1) * units;
      const T x = a.data[k];
      for (size_t j = 0; j < units; ++j) to[j] += static_cast<Sum>(x * from[j]);
    }
  }
}

// Sums of many floats are made in double.
void add_long(const CsrView<float>& a, const float* b, size_t units, std::span<const int32_t> number,
              size_t distinct, float* g) {
  thread_local std::vector<double> kept;
  std::vector<double>& sums = kept;
  sums.resize(distinct * units);
  add_in_order(a, b, units, number, distinct, sums.data());
  for (size_t i = 0; i < distinct * units; ++i) g[i] = static_cast<float>(sums[i]);
}

}  // namespace

size_t number_columns(std::span<const int32_t> indices, std::span<int32_t> number, std::span<int64_t> ids) {
  size_t distinct = 0;
  for (const int32_t column : indices) {
    int32_t& place = number[static_cast<size_t>(column)];
    if (place == 0) {
      ids[distinct++] = column;
      place = static_cast<int32_t>(distinct);
    }
  }
  return distinct;
}

void release_columns(std::span<const int64_t> ids, std::span<int32_t> number) {
  for (const int64_t id : ids) number[static_cast<size_t>(id)] = 0;
}

void csr_t_dot(const CsrView<float>& a, const float* b, size_t units, std::span<const int32_t> number,
               size_t distinct, float* g) {
  if (a.rows >= kLongColumn) add_long(a, b, units, number, distinct, g);
  else add_in_order(a, b, units, number, distinct, g);
}
void csr_t_dot(const CsrView<double>& a, const double* b, size_t units, std::span<const int32_t> number,
               size_t distinct, double* g) {
  add_in_order(a, b, units, number, distinct, g);
}

}  // namespace lacuna::kernels

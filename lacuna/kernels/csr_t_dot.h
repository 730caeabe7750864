// G = Aᵀ B, A csr: a row of G for each column that A's non-zeros name, in the order of their first
// appearance. No atomics: the same bits on any number of threads.
#pragma once
#include <span>

#include "lacuna/kernels/csr_view.h"

namespace lacuna::kernels {

// The batch's columns numbered locally. `number` is zero for every column before and after: release() sees to
// that. Afterwards `ids` holds the distinct columns (room for all non-zeros), and number[column] is its place
// + 1.
size_t number_columns(std::span<const int32_t> indices, std::span<int32_t> number, std::span<int64_t> ids);
void release_columns(std::span<const int64_t> ids, std::span<int32_t> number);

// The same, and the sum of a column's values times b[row] on the way, for b of one unit: one meeting with
// each non-zero in place of two. Answers the number of distinct columns; ids and g have room for all
// non-zeros.
size_t csr_t_dot_one(const CsrView<float>& a, const float* b, std::span<int32_t> number, int64_t* ids,
                     float* g);
size_t csr_t_dot_one(const CsrView<double>& a, const double* b, std::span<int32_t> number, int64_t* ids,
                     double* g);

// Scratch that csr_t_dot needs where `units` is wide: a place for each non-zero, and one for each distinct
// column and one more.
template <class T>
struct ByColumn {
  std::span<int32_t> start;  // distinct + 1
  std::span<int32_t> row;    // non-zeros
  std::span<T> value;        // non-zeros
};
bool csr_t_dot_is_wide(size_t units);  // If not, the scratch may be empty.

// b is (a.rows, units), contiguous; g is (distinct, units).
void csr_t_dot(const CsrView<float>& a, const float* b, size_t units, std::span<const int32_t> number,
               size_t distinct, const ByColumn<float>& scratch, float* g);
void csr_t_dot(const CsrView<double>& a, const double* b, size_t units, std::span<const int32_t> number,
               size_t distinct, const ByColumn<double>& scratch, double* g);

}  // namespace lacuna::kernels

// G = Aᵀ B, A csr: a row of G for each column that A's non-zeros name, in the order of their first
// appearance. No atomics: the same bits on any number of threads.
#pragma once
#include <span>

#include "lacuna/kernels/csr_view.h"

namespace lacuna::kernels {

// Numbers the columns of a batch, and returns how many distinct ones there are: they are in `ids` afterwards
// (which has room for all non-zeros), and number[column] is the position there + 1. `number` must be zero for
// every column; release_columns() makes it zero again.
size_t number_columns(std::span<const int32_t> indices, std::span<int32_t> number, std::span<int64_t> ids);
void release_columns(std::span<const int64_t> ids, std::span<int32_t> number);

// For few units; with many, rows are summed in registers: see row_sums.h. b is (a.rows, units), contiguous; g
// is (distinct, units).
void csr_t_dot(const CsrView<float>& a, const float* b, size_t units, std::span<const int32_t> number,
               size_t distinct, float* g);
void csr_t_dot(const CsrView<double>& a, const double* b, size_t units, std::span<const int32_t> number,
               size_t distinct, double* g);

}  // namespace lacuna::kernels

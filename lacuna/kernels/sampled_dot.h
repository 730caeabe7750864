// S = (A Bᵀ) at the non-zeros of a csr pattern: the gradient of a csr operand.
#pragma once
#include "lacuna/kernels/csr_view.h"

namespace lacuna::kernels {

// s[k] = Σ_j a[row of k, j] b[column of k, j]; row i of b starts at b + i * stride. pattern.data is not read.
void sampled_dot(const CsrView<float>& pattern, const float* a, const float* b, size_t stride, size_t units,
                 float* s);
void sampled_dot(const CsrView<double>& pattern, const double* a, const double* b, size_t stride,
                 size_t units, double* s);

}  // namespace lacuna::kernels

// C = A W, A csr: rows of W weighted by the non-zeros of a row of A and summed in their order.
#pragma once
#include <string_view>

#include "lacuna/kernels/csr_view.h"

namespace lacuna::kernels {

// Row i of W, of `rows`, starts at w + i * stride and has `units` values; c is (a.rows, units), contiguous.
void csr_dot(const CsrView<float>& a, const float* w, size_t rows, size_t stride, size_t units, float* c);
void csr_dot(const CsrView<double>& a, const double* w, size_t rows, size_t stride, size_t units, double* c);

// The name of the method that csr_dot uses, for explain.
std::string_view csr_dot_method(size_t rows, size_t stride, size_t units);

}  // namespace lacuna::kernels

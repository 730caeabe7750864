// A factorization machine (Rendle, 2010) on the non-zeros of each row.
#pragma once
#include "lacuna/kernels/csr_view.h"

namespace lacuna::kernels {

// y[r] = Σ_j x_j l_j + ½ Σ_f ((Σ_j x_j v_jf)² - Σ_j (x_j v_jf)²), where x is row r of A, and (v_j1, …, l_j)
// is row j of W, which starts at w + j * stride and has `width` values, l_j last. Row r of `sums`, (a.rows,
// width), gets Σ_j x_j v_jf for each f, and a 1 at the end.
void interactions(const CsrView<float>& a, const float* w, size_t stride, size_t width, float* y,
                  float* sums);
void interactions(const CsrView<double>& a, const double* w, size_t stride, size_t width, double* y,
                  double* sums);

}  // namespace lacuna::kernels

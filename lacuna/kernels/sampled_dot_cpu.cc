// S = (A Bᵀ) at the non-zeros of a csr pattern.
#include "lacuna/kernels/sampled_dot.h"

#include <algorithm>

#include "lacuna/base/threads.h"
#include "lacuna/kernels/long_sum.h"

namespace lacuna::kernels {
namespace {

template <class T>
void sample(const CsrView<T>& pattern, const T* a, const T* b, size_t stride, size_t units, T* s) {
  const size_t work = pattern.rows ? (pattern.nonzeros() / pattern.rows + 1) * units : 0;
  parallel_for(pattern.rows, std::max<size_t>(1, (size_t{1} << 17) / (work + 1)),
               [&](size_t begin, size_t end) {
                 for (size_t r = begin; r < end; ++r)
                   for (int32_t k = pattern.indptr[r]; k < pattern.indptr[r + 1]; ++k) {
                     const T* row = b + static_cast<size_t>(pattern.indices[k]) * stride;
                     const T* factor = a + r * units;
                     s[k] = long_sum<T>(0, units, [=](size_t j) { return factor[j] * row[j]; });
                   }
               });
}

}  // namespace

void sampled_dot(const CsrView<float>& pattern, const float* a, const float* b, size_t stride, size_t units,
                 float* s) {
  sample(pattern, a, b, stride, units, s);
}
void sampled_dot(const CsrView<double>& pattern, const double* a, const double* b, size_t stride,
                 size_t units, double* s) {
  sample(pattern, a, b, stride, units, s);
}

}  // namespace lacuna::kernels

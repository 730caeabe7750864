// C = A B, all dense and row-major; either side may be transposed.
#pragma once
#include <cstddef>

namespace lacuna::kernels {

// op(A) is (m, k), op(B) is (k, n), C is (m, n); lda and ldb are the distances between rows of A and B as
// stored.
void matmul(bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k, const float* a, size_t lda,
            const float* b, size_t ldb, float* c);
void matmul(bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k, const double* a, size_t lda,
            const double* b, size_t ldb, double* c);
// C += A B
void add_matmul(bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k, const float* a, size_t lda,
                const float* b, size_t ldb, float* c);
void add_matmul(bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k, const double* a, size_t lda,
                const double* b, size_t ldb, double* c);

}  // namespace lacuna::kernels

// C = op(A) op(B), or C += op(A) op(B), on the serial BLIS. We spread tiles of a fixed size over our threads:
// with a BLAS' own threads, the results depend on their number, and they spin while they wait.
#include "lacuna/kernels/matmul.h"

#include <cblas.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <type_traits>

#include "lacuna/base/threads.h"

// Functions of BLIS: each call of BLIS takes an array of memory from its pool and gives it back; calls at the
// same time take different ones.
extern "C" {
void* bli_sba_checkout_array(unsigned long threads);
void bli_sba_checkin_array(void* array);
}

namespace lacuna::kernels {
namespace {

void gemm(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, int m, int n, int k, const float* a, int lda,
          const float* b, int ldb, float beta, float* c, int ldc) {
  cblas_sgemm(CblasRowMajor, ta, tb, m, n, k, 1, a, lda, b, ldb, beta, c, ldc);
}
void gemm(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, int m, int n, int k, const double* a, int lda,
          const double* b, int ldb, double beta, double* c, int ldc) {
  cblas_dgemm(CblasRowMajor, ta, tb, m, n, k, 1, a, lda, b, ldb, beta, c, ldc);
}

// BLIS ends the process if it finds no memory, but keeps all memory that it once had. So it gets its memory
// when the library is loaded: each gemm prepares the array on top of the pool, which is then held until all
// arrays are prepared.
const bool blis_has_memory = [] {
  if (std::getenv("BLIS_ARCH_TYPE")) return false;  // It may name an instruction set that this CPU lacks.
  constexpr size_t kThreads = 64;
  void* held[kThreads];
  const float a[16] = {};
  float c[16];
  for (void*& array : held) {
    gemm(CblasNoTrans, CblasNoTrans, 4, 4, 4, a, 4, a, 4, 0, c, 4);
    array = bli_sba_checkout_array(1);
  }
  for (size_t i = kThreads; i-- > 0;) bli_sba_checkin_array(held[i]);
  return true;
}();

template <class T>
void tiles(bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k, const T* a, size_t lda,
           const T* b, size_t ldb, std::type_identity_t<T> beta, T* c) {
  if (m == 0 || n == 0) return;
  if (k == 0) {
    if (beta == 0) std::memset(c, 0, m * n * sizeof(T));
    return;
  }
  constexpr size_t kTile = 256;
  const size_t columns = (n + kTile - 1) / kTile, rows = (m + 63) / 64;
  // A small product is one tile: the rule does not depend on the number of threads.
  const bool small = m * n * k < (size_t{1} << 20);
  parallel_for(small ? 1 : rows * columns, 1, [&](size_t begin, size_t end) {
    for (size_t tile = begin; tile < end; ++tile) {
      const size_t i = small ? 0 : tile / columns * 64, j = small ? 0 : tile % columns * kTile;
      const size_t high = small ? m : std::min<size_t>(64, m - i), wide = small ? n : std::min(kTile, n - j);
      gemm(transpose_a ? CblasTrans : CblasNoTrans, transpose_b ? CblasTrans : CblasNoTrans,
           static_cast<int>(high), static_cast<int>(wide), static_cast<int>(k),
           a + (transpose_a ? i : i * lda), static_cast<int>(lda), b + (transpose_b ? j * ldb : j),
           static_cast<int>(ldb), beta, c + i * n + j, static_cast<int>(n));
    }
  });
}

}  // namespace

void matmul(bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k, const float* a, size_t lda,
            const float* b, size_t ldb, float* c) {
  tiles(transpose_a, transpose_b, m, n, k, a, lda, b, ldb, 0, c);
}
void matmul(bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k, const double* a, size_t lda,
            const double* b, size_t ldb, double* c) {
  tiles(transpose_a, transpose_b, m, n, k, a, lda, b, ldb, 0, c);
}
void add_matmul(bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k, const float* a, size_t lda,
                const float* b, size_t ldb, float* c) {
  tiles(transpose_a, transpose_b, m, n, k, a, lda, b, ldb, 1, c);
}
void add_matmul(bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k, const double* a, size_t lda,
                const double* b, size_t ldb, double* c) {
  tiles(transpose_a, transpose_b, m, n, k, a, lda, b, ldb, 1, c);
}

}  // namespace lacuna::kernels

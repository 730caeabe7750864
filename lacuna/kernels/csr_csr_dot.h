// C = A B, all csr, row by row: a row of C is the weighted sum of the rows of B that a row of A names, in
// their order (Gustavson, "Two fast algorithms for sparse matrices", 1978). A first pass counts, a second one
// sums; columns come out sorted. No row depends on where rows are cut, so results are the same bit for bit on
// any number of threads.
#pragma once
#include "lacuna/kernels/csr_view.h"

namespace lacuna::kernels {

// Rows cut into parts of about the same number of products.
class ProductParts {
 public:
  // before[r], r ≤ rows, is the number of products of the rows before r. Each part has `columns` sums of
  // `item` bytes: the more memory that is, the fewer the parts.
  ProductParts(const int64_t* before, size_t rows, size_t columns, size_t item);

  size_t count() const { return count_; }
  size_t first(size_t part) const;  // The first row of a part, or the end of the last one.

 private:
  const int64_t* before_;
  size_t rows_, count_;
};

// Writes `before` for ProductParts: rows + 1 numbers.
void count_products(const int32_t* indptr, const int32_t* indices, size_t rows, const int32_t* b_indptr,
                    int64_t* before);

// Writes the number of entries of row r of C to counts[r]. `sets` must be zero: ColumnSet::words(columns)
// words for each part.
void count_entries(const ProductParts& parts, const int32_t* indptr, const int32_t* indices,
                   const int32_t* b_indptr, const int32_t* b_indices, size_t columns, uint64_t* sets,
                   int64_t* counts);

// Writes the entries of C; row r starts at c_indptr[r]. `sets` and `sums` (`columns` for each part) must be
// zero, and are zero again afterwards.
#define LACUNA_CSR_CSR_DOT(T)                                                                           \
  void csr_csr_dot(const ProductParts& parts, const CsrView<T>& a, const CsrView<T>& b, size_t columns, \
                   uint64_t* sets, T* sums, const int32_t* c_indptr, int32_t* c_indices, T* c_data);
LACUNA_CSR_CSR_DOT(float)
LACUNA_CSR_CSR_DOT(double)
#undef LACUNA_CSR_CSR_DOT

}  // namespace lacuna::kernels

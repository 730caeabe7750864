// C = A B, all csr. An array has a sum for each column, and a ColumnSet has the columns that occur.
#include "lacuna/kernels/csr_csr_dot.h"

#include <algorithm>

#include "lacuna/base/threads.h"
#include "lacuna/kernels/column_set.h"

namespace lacuna::kernels {
namespace {

constexpr int64_t kGrain = int64_t{1} << 16;   // Products of a part, at least.
constexpr size_t kParts = 32;                  // At most: each has sums of its own.
constexpr size_t kSumBytes = size_t{1} << 26;  // Of all parts, unless one alone has more.

// Calls body(part, first row, end) for each part.
template <class Body>
void for_parts(const ProductParts& parts, const Body& body) {
  parallel_for(parts.count(), 1, [&](size_t begin, size_t end) {
    for (size_t part = begin; part < end; ++part) body(part, parts.first(part), parts.first(part + 1));
  });
}

template <class T>
void multiply(const ProductParts& parts, const CsrView<T>& a, const CsrView<T>& b, size_t columns,
              uint64_t* sets, T* all_sums, const int32_t* c_indptr, int32_t* c_indices, T* c_data) {
  const size_t words = ColumnSet::words(columns);
  for_parts(parts, [&](size_t part, size_t begin, size_t end) {
    ColumnSet set(sets + part * words, columns);
    T* sums = all_sums + part * columns;
    for (size_t r = begin; r < end; ++r) {
      for (int32_t k = a.indptr[r]; k < a.indptr[r + 1]; ++k) {
        const T x = a.data[k];
        const auto row = static_cast<size_t>(a.indices[k]);
        for (int32_t e = b.indptr[row]; e < b.indptr[row + 1]; ++e) {
          const auto column = static_cast<size_t>(b.indices[e]);
          sums[column] += x * b.data[e];
          set.insert(column);
        }
      }
      auto at = static_cast<size_t>(c_indptr[r]);
      set.drain([&](size_t first, uint64_t bits) {
        for (; bits; bits &= bits - 1, ++at) {
          const size_t column = first + ColumnSet::first(bits);
          c_indices[at] = static_cast<int32_t>(column);
          c_data[at] = sums[column];
          sums[column] = 0;
        }
      });
    }
  });
}

}  // namespace

ProductParts::ProductParts(const int64_t* before, size_t rows, size_t columns, size_t item)
    : before_(before), rows_(rows) {
  const size_t room = std::clamp<size_t>(kSumBytes / std::max<size_t>(1, columns * item), 1, kParts);
  count_ = std::clamp<size_t>(static_cast<size_t>(before[rows] / kGrain), 1, room);
}

size_t ProductParts::first(size_t part) const {
  if (part == count_) return rows_;
  const int64_t ahead = before_[rows_] / static_cast<int64_t>(count_) * static_cast<int64_t>(part);
  return part ? static_cast<size_t>(std::lower_bound(before_, before_ + rows_, ahead) - before_) : 0;
}

void count_products(const int32_t* indptr, const int32_t* indices, size_t rows, const int32_t* b_indptr,
                    int64_t* before) {
  before[0] = 0;
  for (size_t r = 0; r < rows; ++r) {
    int64_t products = 0;
    for (int32_t k = indptr[r]; k < indptr[r + 1]; ++k)
      products += b_indptr[indices[k] + 1] - b_indptr[indices[k]];
    before[r + 1] = before[r] + products;
  }
}

void count_entries(const ProductParts& parts, const int32_t* indptr, const int32_t* indices,
                   const int32_t* b_indptr, const int32_t* b_indices, size_t columns, uint64_t* sets,
                   int64_t* counts) {
  const size_t words = ColumnSet::words(columns);
  for_parts(parts, [&](size_t part, size_t begin, size_t end) {
    ColumnSet set(sets + part * words, columns);
    for (size_t r = begin; r < end; ++r) {
      for (int32_t k = indptr[r]; k < indptr[r + 1]; ++k)
        for (int32_t e = b_indptr[indices[k]]; e < b_indptr[indices[k] + 1]; ++e)
          set.insert(static_cast<size_t>(b_indices[e]));
      int64_t entries = 0;
      set.drain([&](size_t, uint64_t bits) { entries += std::popcount(bits); });
      counts[r] = entries;
    }
  });
}

#define LACUNA_CSR_CSR_DOT(T)                                                                           \
  void csr_csr_dot(const ProductParts& parts, const CsrView<T>& a, const CsrView<T>& b, size_t columns, \
                   uint64_t* sets, T* sums, const int32_t* c_indptr, int32_t* c_indices, T* c_data) {   \
    multiply(parts, a, b, columns, sets, sums, c_indptr, c_indices, c_data);                            \
  }
LACUNA_CSR_CSR_DOT(float)
LACUNA_CSR_CSR_DOT(double)
#undef LACUNA_CSR_CSR_DOT

}  // namespace lacuna::kernels

// A batch's non-zeros ordered by column: from csr to csc of the columns that it names.
#pragma once
#include <span>

#include "lacuna/kernels/csr_view.h"

namespace lacuna::kernels {

// Where the entries of column ids[i] are: from start[i] up to start[i + 1], in batch order.
template <class T>
struct ByColumn {
  int64_t* ids;    // the distinct columns, in the order of their first appearance; room for all non-zeros
  int32_t* start;  // room for all non-zeros and one more
  int32_t* row;    // a place for each non-zero
  T* value;        // the same
};

// A counting sort. Answers the number of distinct columns. `number` holds a zero for each column, before and
// after; `place` has room for each non-zero.
size_t by_column(const CsrView<float>& a, std::span<int32_t> number, std::span<int32_t> place,
                 const ByColumn<float>& to);
size_t by_column(const CsrView<double>& a, std::span<int32_t> number, std::span<int32_t> place,
                 const ByColumn<double>& to);

// The same for ids that stand one in a row, with a value of 1.
size_t by_id(std::span<const int32_t> ids, std::span<int32_t> number, std::span<int32_t> place,
             const ByColumn<float>& to);
size_t by_id(std::span<const int32_t> ids, std::span<int32_t> number, std::span<int32_t> place,
             const ByColumn<double>& to);
size_t by_id(std::span<const int64_t> ids, std::span<int32_t> number, std::span<int32_t> place,
             const ByColumn<float>& to);
size_t by_id(std::span<const int64_t> ids, std::span<int32_t> number, std::span<int32_t> place,
             const ByColumn<double>& to);

}  // namespace lacuna::kernels

// Sorts the non-zeros of a batch by column: from csr to csc, with only the columns that the batch names.
#pragma once
#include <span>

#include "lacuna/kernels/csr_view.h"

namespace lacuna::kernels {

// The entries of column ids[i] are those from start[i] up to start[i + 1], in batch order.
template <class T>
struct ByColumn {
  int64_t* ids;    // The distinct columns, in the order of their first appearance; room for all non-zeros.
  int32_t* start;  // Room for all non-zeros and one more.
  int32_t* row;    // The row of each entry; room for all non-zeros.
  T* value;        // The value of each entry; the same room.
};

// A counting sort. Returns the number of distinct columns. `number` must hold a zero for each column, and
// does so again afterwards; `place` is memory for all non-zeros.
size_t by_column(const CsrView<float>& a, std::span<int32_t> number, std::span<int32_t> place,
                 const ByColumn<float>& to);
size_t by_column(const CsrView<double>& a, std::span<int32_t> number, std::span<int32_t> place,
                 const ByColumn<double>& to);

// The same for ids: row k has the one entry ids[k], with the value 1.
size_t by_id(std::span<const int32_t> ids, std::span<int32_t> number, std::span<int32_t> place,
             const ByColumn<float>& to);
size_t by_id(std::span<const int32_t> ids, std::span<int32_t> number, std::span<int32_t> place,
             const ByColumn<double>& to);
size_t by_id(std::span<const int64_t> ids, std::span<int32_t> number, std::span<int32_t> place,
             const ByColumn<float>& to);
size_t by_id(std::span<const int64_t> ids, std::span<int32_t> number, std::span<int32_t> place,
             const ByColumn<double>& to);

}  // namespace lacuna::kernels

// Finds in one pass over the columns of a csr matrix the largest, and how often the order breaks.
#pragma once
#include <cstddef>
#include <cstdint>

namespace lacuna::kernels {

struct ColumnScan {
  uint64_t largest;  // As unsigned numbers of the type's size, so that negative columns are large.
  size_t descents;   // Places k with columns[k] >= columns[k + 1].
};

// Scans columns[0, n). If `more`, there is a columns[n], and the last one is compared with it too.
ColumnScan scan_columns(const int32_t* columns, size_t n, bool more);
ColumnScan scan_columns(const int64_t* columns, size_t n, bool more);

}  // namespace lacuna::kernels

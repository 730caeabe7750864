// What a pass over the columns of a csr matrix tells: the largest, and where the order breaks.
#pragma once
#include <cstddef>
#include <cstdint>

namespace lacuna::kernels {

struct ColumnScan {
  uint64_t largest;  // As unsigned numbers of the type's size, so that negative columns are large.
  size_t descents;   // Places k with columns[k] >= columns[k + 1].
};

// Of columns[0, n); the last is compared with columns[n] too where `more` says that there is one.
ColumnScan scan_columns(const int32_t* columns, size_t n, bool more);
ColumnScan scan_columns(const int64_t* columns, size_t n, bool more);

}  // namespace lacuna::kernels

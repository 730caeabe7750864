// Scans the columns of a csr matrix in plain loops, which the compiler vectorises for each instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lacuna/kernels/scan_columns_cpu.cc"
#include <hwy/foreach_target.h>  // Includes this file again; must stand before highway.h.
#include <hwy/highway.h>

#include "lacuna/kernels/scan_columns.h"

HWY_BEFORE_NAMESPACE();
namespace lacuna::kernels::HWY_NAMESPACE {

template <class I, class U>
HWY_INLINE ColumnScan scan(const I* HWY_RESTRICT columns, size_t n, bool more) {
  U largest = 0;
  size_t descents = 0;
  const size_t compared = more ? n : n ? n - 1 : 0;
  size_t k = 0;
  while (k < compared) {
    U part = 0;  // A count as wide as a column fills the SIMD lanes.
    const size_t stop = compared - k < 65536 ? compared : k + 65536;
    for (; k < stop; ++k) {
      const U column = static_cast<U>(columns[k]);
      largest = largest > column ? largest : column;
      part += columns[k] >= columns[k + 1] ? 1 : 0;
    }
    descents += part;
  }
  for (; k < n; ++k) {
    const U column = static_cast<U>(columns[k]);
    largest = largest > column ? largest : column;
  }
  return {largest, descents};
}

ColumnScan scan_i32(const int32_t* columns, size_t n, bool more) {
  return scan<int32_t, uint32_t>(columns, n, more);
}
ColumnScan scan_i64(const int64_t* columns, size_t n, bool more) {
  return scan<int64_t, uint64_t>(columns, n, more);
}

}  // namespace lacuna::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lacuna::kernels {
HWY_EXPORT(scan_i32);
HWY_EXPORT(scan_i64);

ColumnScan scan_columns(const int32_t* columns, size_t n, bool more) {
  return HWY_DYNAMIC_DISPATCH(scan_i32)(columns, n, more);
}
ColumnScan scan_columns(const int64_t* columns, size_t n, bool more) {
  return HWY_DYNAMIC_DISPATCH(scan_i64)(columns, n, more);
}

}  // namespace lacuna::kernels
#endif

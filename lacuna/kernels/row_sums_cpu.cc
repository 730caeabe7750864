// Each row is summed in registers by one thread: the same bits on any number of threads.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lacuna/kernels/row_sums_cpu.cc"
#include <hwy/foreach_target.h>  // Includes this file again; must stand before highway.h.
#include <hwy/highway.h>

#include "lacuna/kernels/row_sums-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lacuna::kernels::HWY_NAMESPACE {

template <class T>
HWY_INLINE void some_rows(const RowSums<T>& sums, size_t begin, size_t end, T* g) {
  const size_t block = row_sum_block<T>();
  for (size_t i = begin; i < end; ++i)
    for (size_t j = 0; j < sums.stride; j += block)
      row_sum(sums, i, j, sums.stride - j < block ? sums.stride - j : block, g + i * sums.stride + j);
}

void row_sums_f32(const RowSums<float>& sums, size_t begin, size_t end, float* g) {
  some_rows(sums, begin, end, g);
}
void row_sums_f64(const RowSums<double>& sums, size_t begin, size_t end, double* g) {
  some_rows(sums, begin, end, g);
}

}  // namespace lacuna::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "lacuna/base/threads.h"
#include "lacuna/kernels/row_cuts.h"

namespace lacuna::kernels {
HWY_EXPORT(row_sums_f32);
HWY_EXPORT(row_sums_f64);

namespace {

template <class T, class Rows>
void blocks(const RowSums<T>& sums, size_t rows, const Rows& some_rows) {
  const RowCuts cuts(sums.start, rows, 1, (size_t{1} << 17) / (sums.stride + 1));
  parallel_for(cuts.parts(), 1, [&](size_t begin, size_t end) {
    for (size_t part = begin; part < end; ++part) some_rows(cuts.first(part), cuts.first(part + 1));
  });
}

}  // namespace

void row_sums(const RowSums<float>& sums, size_t rows, float* g) {
  blocks(sums, rows, [&](size_t begin, size_t end) {
    HWY_DYNAMIC_DISPATCH(row_sums_f32)(sums, begin, end, g);
  });
}
void row_sums(const RowSums<double>& sums, size_t rows, double* g) {
  blocks(sums, rows, [&](size_t begin, size_t end) {
    HWY_DYNAMIC_DISPATCH(row_sums_f64)(sums, begin, end, g);
  });
}

}  // namespace lacuna::kernels
#endif

// SumOfBlocks on vectors of units, for files that Highway compiles for each instruction set (hence the guard
// that allows it to be included again).
#if defined(LACUNA_KERNELS_LONG_SUM_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LACUNA_KERNELS_LONG_SUM_INL_H_
#undef LACUNA_KERNELS_LONG_SUM_INL_H_
#else
#define LACUNA_KERNELS_LONG_SUM_INL_H_
#endif
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace lacuna::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr int32_t kBlock = 64;  // Entries that are added one after another.

// Calls add(from, to, part) for the blocks of [begin, end); it writes the n sums of the block to `part`.
// Writes the n sums of all blocks to out. The loops are plain, so that the compiler vectorises them.
template <size_t kMost, class T, class Add>
HWY_NOINLINE void sum_blocks(int32_t begin, int32_t end, int32_t block, size_t n, const Add& add,
                             T* HWY_RESTRICT out) {
  HWY_ALIGN T part[kMost];
  HWY_ALIGN T sum[kMost];
  HWY_ALIGN T lost[kMost];
  for (size_t i = 0; i < n; ++i) sum[i] = lost[i] = 0;
  while (begin < end) {
    const int32_t stop = end - begin > block ? begin + block : end;
    add(begin, stop, part);
    for (size_t i = 0; i < n; ++i) {
      const T all = sum[i] + part[i], of_part = all - sum[i];
      lost[i] += (sum[i] - (all - of_part)) + (part[i] - of_part);
      sum[i] = all;
    }
    begin = stop;
  }
  // For an infinite sum, `lost` is NaN.
  for (size_t i = 0; i < n; ++i) out[i] = lost[i] == lost[i] ? sum[i] + lost[i] : sum[i];
}

}  // namespace lacuna::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LACUNA_KERNELS_LONG_SUM_INL_H_

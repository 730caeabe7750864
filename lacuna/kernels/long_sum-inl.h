// SumOfBlocks for files that Highway compiles for each instruction set (hence the guard that lets it in
// again): of vectors of units.
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

// Calls add(from, to) for the blocks of [begin, end), which writes the n sums of a block to the place that it
// is given, and the n sums of all to out. Plain loops, which the compiler vectorises.
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
  // What is lost of an infinite sum is no number.
  for (size_t i = 0; i < n; ++i) out[i] = lost[i] == lost[i] ? sum[i] + lost[i] : sum[i];
}

}  // namespace lacuna::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LACUNA_KERNELS_LONG_SUM_INL_H_

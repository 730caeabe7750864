// The result of a line of values, for the loops of reductions.
#pragma once
#include "lacuna/ops/parts/reduce_cpu.h"

namespace lacuna::cpu {

// Up to so many values are combined one after another; longer lines are split in halves, whose results are
// combined.
constexpr size_t kLine = 1024;

// The result of n contiguous values, in eight lanes.
template <class F, class T>
KeptBy<F, T> reduce_line(const T* x, size_t n) {
  using K = KeptBy<F, T>;
  if (n > kLine) {
    const size_t half = n / 16 * 8;
    return F::of(reduce_line<F>(x, half), reduce_line<F>(x + half, n - half));
  }
  K lane[8];
  for (K& l : lane) l = F::template kFirst<T>;
  size_t i = 0;
  for (; i + 8 <= n; i += 8)
    for (size_t j = 0; j < 8; ++j) lane[j] = F::of(lane[j], F::each(static_cast<K>(x[i + j])));
  for (size_t j = 0; i < n; ++i, ++j) lane[j] = F::of(lane[j], F::each(static_cast<K>(x[i])));
  for (size_t step = 4; step; step /= 2)
    for (size_t j = 0; j < step; ++j) lane[j] = F::of(lane[j], lane[j + step]);
  return lane[0];
}

}  // namespace lacuna::cpu

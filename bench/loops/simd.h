// Highway's vectors for the instruction set that the loops are compiled for, and shared helpers.
#pragma once
// The loops keep vectors in arrays, which scalable vectors do not allow; NEON is used instead.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
// Else Highway 1.0.3 refuses CPUs from Ice Lake on, whose best set of instructions it leaves out unless
// asked.
#define HWY_COMPILE_ONLY_STATIC
#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>

namespace loops {

namespace hn = hwy::HWY_NAMESPACE;
using Floats = hn::ScalableTag<float>;
using Vector = hn::Vec<Floats>;
inline constexpr Floats kFloats{};
inline constexpr size_t kLanes = hn::MaxLanes(Floats{});

inline Vector zero() { return hn::Zero(kFloats); }
inline Vector all(float x) { return hn::Set(kFloats, x); }
inline Vector load(const float* p) { return hn::LoadU(kFloats, p); }
inline void store(Vector x, float* p) { hn::StoreU(x, kFloats, p); }
inline float sum(Vector x) { return hn::GetLane(hn::SumOfLanes(kFloats, x)); }

// Rows of weights are padded to whole cache lines, so that no vector is half used and no line is shared.
inline constexpr size_t padded(size_t width) { return (width + 15) / 16 * 16; }

// The sum of values[k] * weights[ids[k]]. A gather is not faster than single loads, but it is one
// instruction.
inline float gathered_dot(const int32_t* ids, const float* values, size_t n, const float* weights) {
  const hn::RebindToSigned<Floats> ints;
  Vector total = zero();
  size_t k = 0;
  for (; k + kLanes <= n; k += kLanes)
    total = hn::MulAdd(load(values + k), hn::GatherIndex(kFloats, weights, hn::LoadU(ints, ids + k)), total);
  float result = sum(total);
  for (; k < n; ++k) result += values[k] * weights[ids[k]];
  return result;
}

// Prefetches each cache line of a row of floats.
inline void prefetch_row(const float* row, size_t width) {
  for (size_t j = 0; j < width; j += 16) hwy::Prefetch(row + j);
}

}  // namespace loops

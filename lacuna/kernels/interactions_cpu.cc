// Reads each row of W that a row of A names from memory once: it is prefetched some non-zeros ahead, and then
// all sums use it while it is in a cache.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lacuna/kernels/interactions_cpu.cc"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>  // Includes this file again; must stand before highway.h.
#include <hwy/highway.h>

#include "lacuna/kernels/interactions.h"
#include "lacuna/kernels/long_sum-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lacuna::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class T>
struct Rows {
  const CsrView<T>& a;
  const T* w;
  size_t stride, width;
};

// Adds to s the values of factors [j, j + N vectors) of entries [k, stop), and to q their squares.
template <int N, class D, class V = hn::Vec<D>, class T = hn::TFromD<D>>
HWY_INLINE void add_entries(D d, const Rows<T>& of, int32_t k, int32_t stop, size_t j, V& s0, V& s1, V& q0,
                            V& q1) {
  for (; k < stop; ++k) {
    const T* row = of.w + static_cast<size_t>(of.a.indices[k]) * of.stride + j;
    const auto x = hn::Set(d, of.a.data[k]);
    const auto v0 = hn::Mul(x, hn::LoadU(d, row));
    s0 = hn::Add(s0, v0);
    q0 = hn::MulAdd(v0, v0, q0);
    if constexpr (N > 1) {
      const auto v1 = hn::Mul(x, hn::LoadU(d, row + hn::Lanes(d)));
      s1 = hn::Add(s1, v1);
      q1 = hn::MulAdd(v1, v1, q1);
    }
  }
}

// The same for all entries of a long row; writes the four vectors to `all`. A function of its own, so that
// the loop over short ones keeps its registers.
template <int N, class D, class T = hn::TFromD<D>>
HWY_NOINLINE void add_long(D d, const Rows<T>& of, int32_t k, int32_t stop, size_t j, T* all) {
  const size_t lanes = hn::Lanes(d);
  sum_blocks<4 * hn::MaxLanes(d)>(
      k, stop, kBlock, 4 * lanes,
      [&](int32_t from, int32_t to, T* part) {
        auto s0 = hn::Zero(d), s1 = s0, q0 = s0, q1 = s0;
        add_entries<N>(d, of, from, to, j, s0, s1, q0, q1);
        hn::StoreU(s0, d, part);
        hn::StoreU(s1, d, part + lanes);
        hn::StoreU(q0, d, part + 2 * lanes);
        hn::StoreU(q1, d, part + 3 * lanes);
      },
      all);
}

// Factors [j, j + N vectors) of row r: writes their sums to `sums` and returns Σ (sum² - squares).
template <int N, class D, class T = hn::TFromD<D>>
HWY_INLINE T some_factors(D d, const Rows<T>& of, size_t r, size_t j, T* sums) {
  const size_t lanes = hn::Lanes(d);
  auto s0 = hn::Zero(d), s1 = s0, q0 = s0, q1 = s0;
  const int32_t k = of.a.indptr[r], stop = of.a.indptr[r + 1];
  if (HWY_LIKELY(stop - k <= kBlock)) {
    add_entries<N>(d, of, k, stop, j, s0, s1, q0, q1);
  } else {
    HWY_ALIGN T all[4 * hn::MaxLanes(d)];
    add_long<N>(d, of, k, stop, j, all);
    s0 = hn::LoadU(d, all);
    s1 = hn::LoadU(d, all + lanes);
    q0 = hn::LoadU(d, all + 2 * lanes);
    q1 = hn::LoadU(d, all + 3 * lanes);
  }
  hn::StoreU(s0, d, sums + j);
  auto pairs = hn::MulSub(s0, s0, q0);
  if constexpr (N > 1) {
    hn::StoreU(s1, d, sums + j + lanes);
    pairs = hn::Add(pairs, hn::MulSub(s1, s1, q1));
  }
  return hn::GetLane(hn::SumOfLanes(d, pairs));
}

// Σ x w of the linear weights over entries [k, stop). Prefetches rows of W, up to entry `last`.
template <class T>
HWY_INLINE T linear_part(const Rows<T>& of, int32_t k, int32_t stop, int32_t last) {
  constexpr int32_t kAhead = 24;  // Non-zeros between a prefetch and its use.
  const size_t factors = of.width - 1;
  T sum = 0;
  for (; k < stop; ++k) {
    if (k + kAhead < last) {
      const T* later = of.w + static_cast<size_t>(of.a.indices[k + kAhead]) * of.stride;
      for (size_t j = 0; j < of.width; j += 64 / sizeof(T)) hwy::Prefetch(later + j);
      hwy::Prefetch(later + factors);
    }
    sum += of.a.data[k] * of.w[static_cast<size_t>(of.a.indices[k]) * of.stride + factors];
  }
  return sum;
}

template <class T>
HWY_NOINLINE T long_linear_part(const Rows<T>& of, int32_t k, int32_t stop, int32_t last) {
  T sum;
  sum_blocks<1>(
      k, stop, kBlock, 1, [&](int32_t from, int32_t to, T* part) { *part = linear_part(of, from, to, last); },
      &sum);
  return sum;
}

template <class T>
HWY_INLINE void some_rows(const Rows<T>& of, T* y, T* all_sums, size_t begin, size_t end) {
  const hn::ScalableTag<T> d;
  const size_t lanes = hn::Lanes(d), factors = of.width - 1;
  const int32_t last = of.a.indptr[end];
  for (size_t r = begin; r < end; ++r) {
    T* sums = all_sums + r * of.width;
    const int32_t k = of.a.indptr[r], stop = of.a.indptr[r + 1];
    const T linear =
        HWY_LIKELY(stop - k <= kBlock) ? linear_part(of, k, stop, last) : long_linear_part(of, k, stop, last);
    T pairs = 0;
    size_t j = 0;
    for (; j + 2 * lanes <= factors; j += 2 * lanes) pairs += some_factors<2>(d, of, r, j, sums);
    for (; j + lanes <= factors; j += lanes) pairs += some_factors<1>(d, of, r, j, sums);
    for (; j < factors; ++j) pairs += some_factors<1>(hn::CappedTag<T, 1>(), of, r, j, sums);
    sums[factors] = 1;
    y[r] = linear + pairs / 2;
  }
}

void interactions_f32(const CsrView<float>& a, const float* w, size_t stride, size_t width, float* y,
                      float* sums, size_t begin, size_t end) {
  some_rows<float>({a, w, stride, width}, y, sums, begin, end);
}
void interactions_f64(const CsrView<double>& a, const double* w, size_t stride, size_t width, double* y,
                      double* sums, size_t begin, size_t end) {
  some_rows<double>({a, w, stride, width}, y, sums, begin, end);
}

}  // namespace lacuna::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <algorithm>

#include "lacuna/base/threads.h"

namespace lacuna::kernels {
HWY_EXPORT(interactions_f32);
HWY_EXPORT(interactions_f64);

namespace {

template <class T, class Rows>
void blocks(const CsrView<T>& a, size_t width, const Rows& some_rows) {
  const size_t work = a.rows ? (a.nonzeros() / a.rows + 1) * width : 0;  // Multiplications per row.
  parallel_for(a.rows, std::max<size_t>(1, (size_t{1} << 16) / (work + 1)), some_rows);
}

}  // namespace

void interactions(const CsrView<float>& a, const float* w, size_t stride, size_t width, float* y,
                  float* sums) {
  blocks(a, width, [&](size_t begin, size_t end) {
    HWY_DYNAMIC_DISPATCH(interactions_f32)(a, w, stride, width, y, sums, begin, end);
  });
}
void interactions(const CsrView<double>& a, const double* w, size_t stride, size_t width, double* y,
                  double* sums) {
  blocks(a, width, [&](size_t begin, size_t end) {
    HWY_DYNAMIC_DISPATCH(interactions_f64)(a, w, stride, width, y, sums, begin, end);
  });
}

}  // namespace lacuna::kernels
#endif

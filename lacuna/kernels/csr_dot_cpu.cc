// C = A W, A csr. Highway compiles this file once for each instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lacuna/kernels/csr_dot_cpu.cc"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>  // Includes this file again; must stand before highway.h.
#include <hwy/highway.h>

#include "lacuna/base/threads.h"
#include "lacuna/kernels/csr_dot.h"

HWY_BEFORE_NAMESPACE();
namespace lacuna::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Between the macros no function of std may be called: its code would be of this instruction set, and the
// linker may keep that copy for all.

constexpr int32_t kAhead = 16;  // Non-zeros between a prefetch and its use.

// One unit: gathers. Offsets fit int32, which the caller checks.
template <class T>
HWY_INLINE void rows_of_one_unit(const CsrView<T>& a, const T* w, int32_t stride, T* c, size_t begin,
                                 size_t end) {
  const hn::ScalableTag<T> d;
  const hn::RebindToSigned<decltype(d)> di;
  const hn::Rebind<int32_t, decltype(d)> d32;
  const auto lanes = static_cast<int32_t>(hn::Lanes(d));
  const auto step = hn::Set(d32, stride);
  for (size_t r = begin; r < end; ++r) {
    auto sum = hn::Zero(d);
    int32_t k = a.indptr[r];
    const int32_t stop = a.indptr[r + 1];
    for (; k + lanes <= stop; k += lanes) {
      const auto at = hn::Mul(hn::LoadU(d32, a.indices + k), step);
      if constexpr (sizeof(T) == 4)
        sum = hn::MulAdd(hn::LoadU(d, a.data + k), hn::GatherIndex(d, w, at), sum);
      else sum = hn::MulAdd(hn::LoadU(d, a.data + k), hn::GatherIndex(d, w, hn::PromoteTo(di, at)), sum);
    }
    T total = hn::GetLane(hn::SumOfLanes(d, sum));
    for (; k < stop; ++k)
      total += a.data[k] * w[static_cast<size_t>(a.indices[k]) * static_cast<size_t>(stride)];
    c[r] = total;
  }
}

// N vectors of units in registers over the non-zeros of a row, from unit j on.
template <int N, class D, class T = hn::TFromD<D>>
HWY_INLINE void strip(D d, const CsrView<T>& a, const T* w, size_t stride, size_t units, T* c, size_t r,
                      size_t j) {
  const size_t lanes = hn::Lanes(d);
  auto s0 = hn::Zero(d), s1 = s0, s2 = s0, s3 = s0;
  const int32_t stop = a.indptr[r + 1];
  for (int32_t k = a.indptr[r]; k < stop; ++k) {
    const T* row = w + static_cast<size_t>(a.indices[k]) * stride + j;
    if (k + 4 < stop) {
      const T* next = w + static_cast<size_t>(a.indices[k + 4]) * stride + j;
      for (int i = 0; i < N; ++i) hwy::Prefetch(next + static_cast<size_t>(i) * lanes);
    }
    const auto x = hn::Set(d, a.data[k]);
    s0 = hn::MulAdd(x, hn::LoadU(d, row), s0);
    if constexpr (N > 1) s1 = hn::MulAdd(x, hn::LoadU(d, row + lanes), s1);
    if constexpr (N > 2) s2 = hn::MulAdd(x, hn::LoadU(d, row + 2 * lanes), s2);
    if constexpr (N > 3) s3 = hn::MulAdd(x, hn::LoadU(d, row + 3 * lanes), s3);
  }
  T* out = c + r * units + j;
  hn::StoreU(s0, d, out);
  if constexpr (N > 1) hn::StoreU(s1, d, out + lanes);
  if constexpr (N > 2) hn::StoreU(s2, d, out + 2 * lanes);
  if constexpr (N > 3) hn::StoreU(s3, d, out + 3 * lanes);
}

template <class T>
HWY_INLINE void rows_of_units(const CsrView<T>& a, const T* w, size_t stride, size_t units, T* c,
                              size_t begin, size_t end) {
  const hn::ScalableTag<T> d;
  const size_t lanes = hn::Lanes(d);
  for (size_t r = begin; r < end; ++r) {
    size_t j = 0;
    for (; j + 4 * lanes <= units; j += 4 * lanes) strip<4>(d, a, w, stride, units, c, r, j);
    for (; j + lanes <= units; j += lanes) strip<1>(d, a, w, stride, units, c, r, j);
    for (; j < units; ++j) {
      T sum = 0;
      for (int32_t k = a.indptr[r]; k < a.indptr[r + 1]; ++k) {
        if (k + kAhead < a.indptr[r + 1])
          hwy::Prefetch(w + static_cast<size_t>(a.indices[k + kAhead]) * stride + j);
        sum += a.data[k] * w[static_cast<size_t>(a.indices[k]) * stride + j];
      }
      c[r * units + j] = sum;
    }
  }
}

template <class T>
HWY_INLINE void some_rows(const CsrView<T>& a, const T* w, size_t stride, size_t units, bool gather, T* c,
                          size_t begin, size_t end) {
  if (gather) rows_of_one_unit(a, w, static_cast<int32_t>(stride), c, begin, end);
  else rows_of_units(a, w, stride, units, c, begin, end);
}

void csr_dot_f32(const CsrView<float>& a, const float* w, size_t stride, size_t units, bool gather, float* c,
                 size_t begin, size_t end) {
  some_rows(a, w, stride, units, gather, c, begin, end);
}
void csr_dot_f64(const CsrView<double>& a, const double* w, size_t stride, size_t units, bool gather,
                 double* c, size_t begin, size_t end) {
  some_rows(a, w, stride, units, gather, c, begin, end);
}

}  // namespace lacuna::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <algorithm>

namespace lacuna::kernels {
HWY_EXPORT(csr_dot_f32);
HWY_EXPORT(csr_dot_f64);

namespace {

template <class T, class Rows>
void blocks(const CsrView<T>& a, size_t rows, size_t stride, size_t units, const Rows& some_rows) {
  const bool gather = units == 1 && rows * stride < (size_t{1} << 31);   // Gathers take int32 offsets.
  const size_t work = a.rows ? (a.nonzeros() / a.rows + 1) * units : 1;  // Multiplications a row.
  parallel_for(a.rows, std::max<size_t>(1, (size_t{1} << 17) / work),
               [&](size_t begin, size_t end) { some_rows(gather, begin, end); });
}

}  // namespace

void csr_dot(const CsrView<float>& a, const float* w, size_t rows, size_t stride, size_t units, float* c) {
  blocks(a, rows, stride, units, [&](bool gather, size_t begin, size_t end) {
    HWY_DYNAMIC_DISPATCH(csr_dot_f32)(a, w, stride, units, gather, c, begin, end);
  });
}
void csr_dot(const CsrView<double>& a, const double* w, size_t rows, size_t stride, size_t units, double* c) {
  blocks(a, rows, stride, units, [&](bool gather, size_t begin, size_t end) {
    HWY_DYNAMIC_DISPATCH(csr_dot_f64)(a, w, stride, units, gather, c, begin, end);
  });
}

}  // namespace lacuna::kernels
#endif

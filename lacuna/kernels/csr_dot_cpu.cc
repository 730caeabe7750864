// C = A W, A csr. Highway compiles this file once for each instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lacuna/kernels/csr_dot_cpu.cc"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>  // Includes this file again; must stand before highway.h.
#include <hwy/highway.h>

#include "lacuna/base/threads.h"
#include "lacuna/kernels/csr_dot.h"
#include "lacuna/kernels/long_sum-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lacuna::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Between the macros no function of std may be called: it would be compiled for this instruction set, and the
// linker may keep that copy for all.

constexpr int32_t kAhead = 12;  // Non-zeros between a prefetch and its use.

// The sum over entries [k, stop) for one unit, by gathers. Offsets must fit int32; the caller checks that.
// Far: the weights do not fit a cache of the core, so they are prefetched, up to entry `last`.
template <bool Far, class T>
HWY_INLINE T entries_of_one_unit(const CsrView<T>& a, const T* w, int32_t stride, int32_t k, int32_t stop,
                                 int32_t last) {
  const hn::ScalableTag<T> d;
  const hn::RebindToSigned<decltype(d)> di;
  const hn::Rebind<int32_t, decltype(d)> d32;
  const auto lanes = static_cast<int32_t>(hn::Lanes(d));
  const auto step = hn::Set(d32, stride);
  auto sum = hn::Zero(d);
  if constexpr (Far) {  // Counted up to 0, which saves a comparison for each entry.
    const int32_t early = stop < last ? stop : last;
    const int32_t* const later = a.indices + early + 2 * kAhead;
    for (ptrdiff_t i = k < early ? k - early : 0; i != 0; ++i)
      hwy::Prefetch(w + static_cast<size_t>(later[i]) * static_cast<size_t>(stride));
  }
  for (; k + lanes <= stop; k += lanes) {
    const auto at = hn::Mul(hn::LoadU(d32, a.indices + k), step);
    if constexpr (sizeof(T) == 4) sum = hn::MulAdd(hn::LoadU(d, a.data + k), hn::GatherIndex(d, w, at), sum);
    else sum = hn::MulAdd(hn::LoadU(d, a.data + k), hn::GatherIndex(d, w, hn::PromoteTo(di, at)), sum);
  }
  T total = hn::GetLane(hn::SumOfLanes(d, sum));
  for (; k < stop; ++k)
    total += a.data[k] * w[static_cast<size_t>(a.indices[k]) * static_cast<size_t>(stride)];
  return total;
}

// Long rows have a function of their own, so that the loop over short ones keeps its registers.
template <bool Far, class T>
HWY_NOINLINE void long_row_of_one_unit(const CsrView<T>& a, const T* w, int32_t stride, int32_t k,
                                       int32_t stop, int32_t last, int32_t block, T* c) {
  sum_blocks<1>(
      k, stop, block, 1,
      [&](int32_t from, int32_t to, T* sum) {
        *sum = entries_of_one_unit<Far>(a, w, stride, from, to, last);
      },
      c);
}

template <bool Far, class T>
HWY_INLINE void rows_of_one_unit(const CsrView<T>& a, const T* w, int32_t stride, T* c, size_t begin,
                                 size_t end) {
  const int32_t block = kBlock * static_cast<int32_t>(hn::Lanes(hn::ScalableTag<T>()));
  const int32_t last = a.indptr[end] - 2 * kAhead;
  for (size_t r = begin; r < end; ++r) {
    const int32_t k = a.indptr[r], stop = a.indptr[r + 1];
    if (HWY_LIKELY(stop - k <= block)) c[r] = entries_of_one_unit<Far>(a, w, stride, k, stop, last);
    else long_row_of_one_unit<Far>(a, w, stride, k, stop, last, block, c + r);
  }
}

// Sums N vectors of units from unit j on, in registers, over entries [k, stop), and writes them to out.
// Prefetches the same units of the next rows of W, up to entry `last`.
template <int N, class D, class T = hn::TFromD<D>>
HWY_INLINE void entries_of_units(D d, const CsrView<T>& a, const T* w, size_t stride, size_t j, int32_t k,
                                 int32_t stop, int32_t last, T* out) {
  const size_t lanes = hn::Lanes(d);
  auto s0 = hn::Zero(d), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
  for (; k < stop; ++k) {
    const T* row = w + static_cast<size_t>(a.indices[k]) * stride + j;
    if (k + kAhead < last) {
      const T* next = w + static_cast<size_t>(a.indices[k + kAhead]) * stride + j;
      for (size_t i = 0; i < N * lanes; i += 64 / sizeof(T)) hwy::Prefetch(next + i);
    }
    const auto x = hn::Set(d, a.data[k]);
    s0 = hn::MulAdd(x, hn::LoadU(d, row), s0);
    if constexpr (N > 1) {
      s1 = hn::MulAdd(x, hn::LoadU(d, row + lanes), s1);
      s2 = hn::MulAdd(x, hn::LoadU(d, row + 2 * lanes), s2);
      s3 = hn::MulAdd(x, hn::LoadU(d, row + 3 * lanes), s3);
      s4 = hn::MulAdd(x, hn::LoadU(d, row + 4 * lanes), s4);
      s5 = hn::MulAdd(x, hn::LoadU(d, row + 5 * lanes), s5);
      s6 = hn::MulAdd(x, hn::LoadU(d, row + 6 * lanes), s6);
      s7 = hn::MulAdd(x, hn::LoadU(d, row + 7 * lanes), s7);
    }
  }
  hn::StoreU(s0, d, out);
  if constexpr (N > 1) {
    hn::StoreU(s1, d, out + lanes);
    hn::StoreU(s2, d, out + 2 * lanes);
    hn::StoreU(s3, d, out + 3 * lanes);
    hn::StoreU(s4, d, out + 4 * lanes);
    hn::StoreU(s5, d, out + 5 * lanes);
    hn::StoreU(s6, d, out + 6 * lanes);
    hn::StoreU(s7, d, out + 7 * lanes);
  }
}

template <int N, class D, class T = hn::TFromD<D>>
HWY_NOINLINE void long_strip(D d, const CsrView<T>& a, const T* w, size_t stride, size_t j, int32_t k,
                             int32_t stop, int32_t last, T* out) {
  sum_blocks<N * hn::MaxLanes(d)>(
      k, stop, kBlock, N * hn::Lanes(d),
      [&](int32_t from, int32_t to, T* sums) {
        entries_of_units<N>(d, a, w, stride, j, from, to, last, sums);
      },
      out);
}

// A row of A, with N vectors of units from unit j on.
template <int N, class D, class T = hn::TFromD<D>>
HWY_INLINE void strip(D d, const CsrView<T>& a, const T* w, size_t stride, size_t units, T* c, size_t r,
                      size_t j) {
  const int32_t k = a.indptr[r], stop = a.indptr[r + 1], last = a.indptr[a.rows];
  T* const out = c + r * units + j;
  if (HWY_LIKELY(stop - k <= kBlock)) entries_of_units<N>(d, a, w, stride, j, k, stop, last, out);
  else long_strip<N>(d, a, w, stride, j, k, stop, last, out);
}

// Units [from, to) of rows [begin, end).
template <class T>
HWY_INLINE void rows_of_units(const CsrView<T>& a, const T* w, size_t stride, size_t units, T* c,
                              size_t begin, size_t end, size_t from, size_t to) {
  const hn::ScalableTag<T> d;
  const size_t lanes = hn::Lanes(d);
  size_t j = from;
  for (; j + 8 * lanes <= to; j += 8 * lanes)
    for (size_t r = begin; r < end; ++r) strip<8>(d, a, w, stride, units, c, r, j);
  if (j == to) return;
  for (size_t r = begin; r < end; ++r) {
    size_t i = j;
    for (; i + lanes <= to; i += lanes) strip<1>(d, a, w, stride, units, c, r, i);
    for (; i < to; ++i) strip<1>(hn::CappedTag<T, 1>(), a, w, stride, units, c, r, i);
  }
}

void csr_dot_one_f32(const CsrView<float>& a, const float* w, int32_t stride, bool far, float* c,
                     size_t begin, size_t end) {
  if (far) rows_of_one_unit<true>(a, w, stride, c, begin, end);
  else rows_of_one_unit<false>(a, w, stride, c, begin, end);
}
void csr_dot_one_f64(const CsrView<double>& a, const double* w, int32_t stride, bool far, double* c,
                     size_t begin, size_t end) {
  if (far) rows_of_one_unit<true>(a, w, stride, c, begin, end);
  else rows_of_one_unit<false>(a, w, stride, c, begin, end);
}
void csr_dot_f32(const CsrView<float>& a, const float* w, size_t stride, size_t units, float* c, size_t begin,
                 size_t end, size_t from, size_t to) {
  rows_of_units(a, w, stride, units, c, begin, end, from, to);
}
void csr_dot_f64(const CsrView<double>& a, const double* w, size_t stride, size_t units, double* c,
                 size_t begin, size_t end, size_t from, size_t to) {
  rows_of_units(a, w, stride, units, c, begin, end, from, to);
}

}  // namespace lacuna::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <algorithm>

namespace lacuna::kernels {
HWY_EXPORT(csr_dot_one_f32);
HWY_EXPORT(csr_dot_one_f64);
HWY_EXPORT(csr_dot_f32);
HWY_EXPORT(csr_dot_f64);

namespace {

constexpr size_t kGrain = size_t{1} << 17;     // Multiplications per block.
constexpr size_t kFarGrain = size_t{1} << 12;  // If each waits for memory.
constexpr size_t kUnits = 128;                 // Units per block: all its rows use the same ones.

// Gathers take int32 offsets.
bool gathers(size_t rows, size_t stride, size_t units) {
  return units == 1 && rows * stride < (size_t{1} << 31);
}

// More than a cache of the core, or half of it.
template <class T>
bool is_far(size_t rows, size_t stride) {
  return rows * stride * sizeof(T) > size_t{1} << 18;
}

template <class T>
size_t rows_a_block(const CsrView<T>& a, size_t units, size_t grain = kGrain) {
  const size_t a_row = a.rows ? a.nonzeros() / a.rows + 1 : 1;
  return std::max<size_t>(1, grain / std::max<size_t>(1, a_row * units));
}

template <class T, class Rows>
void gathered(const CsrView<T>& a, bool far, const Rows& rows) {
  parallel_for(a.rows, rows_a_block(a, 1, far ? kFarGrain : kGrain),
               [&](size_t begin, size_t end) { rows(far, begin, end); });
}

// Blocks of rows and units.
template <class T, class Block>
void blocks(const CsrView<T>& a, size_t units, const Block& block) {
  const size_t high = rows_a_block(a, std::min(units, kUnits)), rows = (a.rows + high - 1) / high;
  parallel_for(rows * ((units + kUnits - 1) / kUnits), 1, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      const size_t r = i % rows * high, j = i / rows * kUnits;
      block(r, std::min(a.rows, r + high), j, std::min(units, j + kUnits));
    }
  });
}

}  // namespace

std::string_view csr_dot_method(size_t rows, size_t stride, size_t units) {
  return gathers(rows, stride, units) ? "gathered" : "units in registers";
}

void csr_dot(const CsrView<float>& a, const float* w, size_t rows, size_t stride, size_t units, float* c) {
  if (gathers(rows, stride, units))
    return gathered(a, is_far<float>(rows, stride), [&](bool far, size_t begin, size_t end) {
      HWY_DYNAMIC_DISPATCH(csr_dot_one_f32)(a, w, static_cast<int32_t>(stride), far, c, begin, end);
    });
  blocks(a, units, [&](size_t begin, size_t end, size_t from, size_t to) {
    HWY_DYNAMIC_DISPATCH(csr_dot_f32)(a, w, stride, units, c, begin, end, from, to);
  });
}
void csr_dot(const CsrView<double>& a, const double* w, size_t rows, size_t stride, size_t units, double* c) {
  if (gathers(rows, stride, units))
    return gathered(a, is_far<double>(rows, stride), [&](bool far, size_t begin, size_t end) {
      HWY_DYNAMIC_DISPATCH(csr_dot_one_f64)(a, w, static_cast<int32_t>(stride), far, c, begin, end);
    });
  blocks(a, units, [&](size_t begin, size_t end, size_t from, size_t to) {
    HWY_DYNAMIC_DISPATCH(csr_dot_f64)(a, w, stride, units, c, begin, end, from, to);
  });
}

}  // namespace lacuna::kernels
#endif

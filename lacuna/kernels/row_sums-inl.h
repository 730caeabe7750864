// The inner loop of RowSums, for files that Highway compiles for each instruction set (hence the guard that
// allows it to be included again).
#if defined(LACUNA_KERNELS_ROW_SUMS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LACUNA_KERNELS_ROW_SUMS_INL_H_
#undef LACUNA_KERNELS_ROW_SUMS_INL_H_
#else
#define LACUNA_KERNELS_ROW_SUMS_INL_H_
#endif
#include <hwy/highway.h>

#include "lacuna/kernels/long_sum-inl.h"
#include "lacuna/kernels/row_sums.h"

HWY_BEFORE_NAMESPACE();
namespace lacuna::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Values that are summed in registers at a time: eight vectors.
template <class T>
HWY_INLINE size_t row_sum_block() {
  return 8 * hn::Lanes(hn::ScalableTag<T>());
}

template <class D, class T = hn::TFromD<D>>
HWY_INLINE void sum_vector(D d, const RowSums<T>& sums, int32_t from, int32_t to, size_t j,
                           T* HWY_RESTRICT out) {
  auto s = hn::Zero(d);
  for (int32_t k = from; k < to; ++k)
    s = hn::MulAdd(hn::Set(d, sums.value[k]),
                   hn::LoadU(d, sums.b + static_cast<size_t>(sums.row[k]) * sums.stride + j), s);
  hn::StoreU(s, d, out);
}

// Writes values [j, j + n) of the sum over entries [from, to) to out.
template <class T>
HWY_INLINE void sum_in_registers(const RowSums<T>& sums, int32_t from, int32_t to, size_t j, size_t n,
                                 T* HWY_RESTRICT out) {
  const hn::ScalableTag<T> d;
  const size_t lanes = hn::Lanes(d);
  if (n == 8 * lanes) {
    auto s0 = hn::Zero(d), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
    for (int32_t k = from; k < to; ++k) {
      const auto x = hn::Set(d, sums.value[k]);
      const T* p = sums.b + static_cast<size_t>(sums.row[k]) * sums.stride + j;
      s0 = hn::MulAdd(x, hn::LoadU(d, p), s0);
      s1 = hn::MulAdd(x, hn::LoadU(d, p + lanes), s1);
      s2 = hn::MulAdd(x, hn::LoadU(d, p + 2 * lanes), s2);
      s3 = hn::MulAdd(x, hn::LoadU(d, p + 3 * lanes), s3);
      s4 = hn::MulAdd(x, hn::LoadU(d, p + 4 * lanes), s4);
      s5 = hn::MulAdd(x, hn::LoadU(d, p + 5 * lanes), s5);
      s6 = hn::MulAdd(x, hn::LoadU(d, p + 6 * lanes), s6);
      s7 = hn::MulAdd(x, hn::LoadU(d, p + 7 * lanes), s7);
    }
    hn::StoreU(s0, d, out);
    hn::StoreU(s1, d, out + lanes);
    hn::StoreU(s2, d, out + 2 * lanes);
    hn::StoreU(s3, d, out + 3 * lanes);
    hn::StoreU(s4, d, out + 4 * lanes);
    hn::StoreU(s5, d, out + 5 * lanes);
    hn::StoreU(s6, d, out + 6 * lanes);
    hn::StoreU(s7, d, out + 7 * lanes);
    return;
  }
  size_t at = 0;
  for (; at + lanes <= n; at += lanes) sum_vector(d, sums, from, to, j + at, out + at);
  for (; at < n; ++at) sum_vector(hn::CappedTag<T, 1>(), sums, from, to, j + at, out + at);
}

// Long sums have a function of their own, so that the loop over short ones keeps its registers.
template <class T>
HWY_NOINLINE void long_sum_of_entries(const RowSums<T>& sums, int32_t from, int32_t to, size_t j, size_t n,
                                      T* HWY_RESTRICT out) {
  sum_blocks<8 * hn::MaxLanes(hn::ScalableTag<T>())>(
      from, to, kBlock, n,
      [&](int32_t first, int32_t stop, T* part) { sum_in_registers(sums, first, stop, j, n, part); }, out);
}

// Writes values [j, j + n) of the sum of row i to out.
template <class T>
HWY_INLINE void sum_of_entries(const RowSums<T>& sums, size_t i, size_t j, size_t n, T* HWY_RESTRICT out) {
  const int32_t from = sums.start[i], to = sums.start[i + 1];
  if (HWY_LIKELY(to - from <= kBlock)) sum_in_registers(sums, from, to, j, n, out);
  else long_sum_of_entries(sums, from, to, j, n, out);
}

// Writes values [j, j + n) of row i, less its share of OwnRows, to out; n is at most a block. Each value has
// the same bits wherever the row is cut.
template <class T>
HWY_INLINE void row_sum(const RowSums<T>& sums, size_t i, size_t j, size_t n, T* HWY_RESTRICT out) {
  sum_of_entries(sums, i, j, n, out);
  const OwnRows<T>& own = sums.own;
  if (!own.share || j >= own.width) return;
  const hn::ScalableTag<T> d;
  const hn::CappedTag<T, 1> one;
  const size_t lanes = hn::Lanes(d), stop = own.width - j < n ? own.width - j : n;
  const T* row = own.w + static_cast<size_t>(own.ids[i]) * own.stride + j;
  size_t at = 0;
  for (; at + lanes <= stop; at += lanes)
    hn::StoreU(hn::NegMulAdd(hn::Set(d, own.share[i]), hn::LoadU(d, row + at), hn::LoadU(d, out + at)), d,
               out + at);
  for (; at < stop; ++at)
    hn::StoreU(hn::NegMulAdd(hn::Set(one, own.share[i]), hn::LoadU(one, row + at), hn::LoadU(one, out + at)),
               one, out + at);
}

}  // namespace lacuna::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LACUNA_KERNELS_ROW_SUMS_INL_H_

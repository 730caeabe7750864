// The loops of row updates over rows, for files that define a rule's row() and that Highway compiles for each
// instruction set (hence the guard that allows it to be included again). The loops are plain: within the
// macros the compiler vectorises them for each instruction set (with -fno-math-errno, or each square root
// would be a call).
#if defined(LACUNA_KERNELS_UPDATE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LACUNA_KERNELS_UPDATE_INL_H_
#undef LACUNA_KERNELS_UPDATE_INL_H_
#else
#define LACUNA_KERNELS_UPDATE_INL_H_
#endif
#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include "lacuna/kernels/row_sums-inl.h"
#include "lacuna/kernels/update.h"

HWY_BEFORE_NAMESPACE();
namespace lacuna::kernels::HWY_NAMESPACE {

HWY_INLINE float root(float x) { return __builtin_sqrtf(x); }
HWY_INLINE double root(double x) { return __builtin_sqrt(x); }

// x y + z. Explicit, since the compiler would fuse one product or the other, differently in the body of a
// loop and in its remainder, so that results would depend on where rows are cut.
HWY_INLINE float mul_add(float x, float y, float z) {
#if HWY_NATIVE_FMA
  return __builtin_fmaf(x, y, z);
#else
  return x * y + z;
#endif
}
HWY_INLINE double mul_add(double x, double y, double z) {
#if HWY_NATIVE_FMA
  return __builtin_fma(x, y, z);
#else
  return x * y + z;
#endif
}

// A tag by which the loops find a rule's row() by argument-dependent lookup, though it is defined after them.
struct Here {};

// row<Zero>(Here(), w, state, g, n, clip, rule) updates one row of n values. Zero: the gradient is 0 and g is
// not read.
template <bool Zero, class T>
HWY_INLINE T clipped(const T* g, size_t i, const Clip<T>& clip) {
  if constexpr (Zero) return 0;
  const T x = g[i] * clip.factor;
  return x > clip.limit ? clip.limit : x < -clip.limit ? -clip.limit : x;
}

template <class Rule>
HWY_INLINE size_t states(const Rule&) {
  return Rule::states;
}
template <class T>
HWY_INLINE size_t states(const Adam<T>& rule) {
  return rule.amsgrad ? 3 : 2;
}

template <class T, class Rule>
HWY_INLINE void wide_rows(const UpdateRows<T>& to, const UpdateGradient<T>& from, const Clip<T>& clip,
                          const Rule& rule, size_t begin, size_t end) {
  constexpr size_t kAhead = 4;
  for (size_t i = begin; i < end; ++i) {
    const size_t r = from.ids ? static_cast<size_t>(from.ids[i]) : i;
    if (from.ids && i + kAhead < end) {
      const size_t next = static_cast<size_t>(from.ids[i + kAhead]) * to.stride;
      hwy::Prefetch(to.weight + next);
      hwy::Prefetch(to.state[0] + static_cast<size_t>(from.ids[i + kAhead]) * to.state_stride);
    }
    const size_t at = r * to.stride, state_at = r * to.state_stride;
    T* const state[3] = {to.state[0] + state_at, to.state[1] + state_at, to.state[2] + state_at};
    const size_t place = from.place ? static_cast<size_t>(from.place[r]) : i + 1;
    if (place == 0) row<true>(Here(), to.weight + at, state, from.gradient, to.width, clip, rule);
    else
      row<false>(Here(), to.weight + at, state, from.gradient + (place - 1) * to.width, to.width, clip, rule);
  }
}

// Rows of one value are gathered in groups, so that the rule runs on vectors.
constexpr size_t kNarrowRows = 64;

// Values [0, n) of the weight and of each state.
template <class T>
struct NarrowRows {
  HWY_ALIGN T array[4][kNarrowRows];
};

// Whether rows are contiguous in a table, with a weight and one state in turn.
template <class T>
HWY_INLINE bool is_pairs(const UpdateRows<T>& to, const UpdateGradient<T>& from, size_t arrays) {
  return !from.ids && arrays == 2 && to.stride == 2 && to.state[0] == to.weight + 1;
}

template <class T>
HWY_INLINE void bring(const UpdateRows<T>& to, const UpdateGradient<T>& from, size_t arrays, size_t first,
                      size_t n, size_t end, NarrowRows<T>& rows) {
  constexpr size_t kAhead = 16;
  if (is_pairs(to, from, arrays) && n == kNarrowRows) {
    const hn::ScalableTag<T> d;
    for (size_t i = 0; i < n; i += hn::Lanes(d)) {
      hn::Vec<decltype(d)> weight, state;
      hn::LoadInterleaved2(d, to.weight + (first + i) * 2, weight, state);
      hn::Store(weight, d, rows.array[0] + i);
      hn::Store(state, d, rows.array[1] + i);
    }
    return;
  }
  for (size_t i = 0; i < n; ++i) {
    size_t at = first + i;
    if (from.ids) {
      if (at + kAhead < end)
        hwy::Prefetch(to.weight + static_cast<size_t>(from.ids[at + kAhead]) * to.stride);
      at = static_cast<size_t>(from.ids[at]);
    }
    rows.array[0][i] = to.weight[at * to.stride];
    for (size_t k = 1; k < arrays; ++k) rows.array[k][i] = to.state[k - 1][at * to.stride];
  }
}

template <class T>
HWY_INLINE void put_back(const NarrowRows<T>& rows, const UpdateRows<T>& to, const UpdateGradient<T>& from,
                         size_t arrays, size_t first, size_t n) {
  if (is_pairs(to, from, arrays) && n == kNarrowRows) {
    const hn::ScalableTag<T> d;
    for (size_t i = 0; i < n; i += hn::Lanes(d))
      hn::StoreInterleaved2(hn::Load(d, rows.array[0] + i), hn::Load(d, rows.array[1] + i), d,
                            to.weight + (first + i) * 2);
    return;
  }
  for (size_t i = 0; i < n; ++i) {
    const size_t at = (from.ids ? static_cast<size_t>(from.ids[first + i]) : first + i) * to.stride;
    to.weight[at] = rows.array[0][i];
    for (size_t k = 1; k < arrays; ++k) to.state[k - 1][at] = rows.array[k][i];
  }
}

// Restores the rows that are not named. The comparison of bits is a loop that the compiler vectorises.
template <class T>
HWY_INLINE void keep_unnamed(const T* HWY_RESTRICT g, const NarrowRows<T>& before, size_t arrays, size_t n,
                             NarrowRows<T>& rows) {
  using Bits = hwy::MakeUnsigned<T>;
  constexpr Bits kNegativeZero = Bits{1} << (8 * sizeof(T) - 1);
  for (size_t k = 0; k < arrays; ++k) {
    const T* HWY_RESTRICT old = before.array[k];
    T* HWY_RESTRICT now = rows.array[k];
    for (size_t i = 0; i < n; ++i) now[i] = __builtin_bit_cast(Bits, g[i]) == kNegativeZero ? old[i] : now[i];
  }
}

template <class T, class Rule>
HWY_INLINE void narrow_rows(const UpdateRows<T>& to, const UpdateGradient<T>& from, const Clip<T>& clip,
                            const Rule& rule, size_t begin, size_t end) {
  NarrowRows<T> rows, before;
  T* const state[3] = {rows.array[1], rows.array[2], rows.array[3]};
  const size_t arrays = 1 + states(rule);
  for (size_t first = begin; first < end; first += kNarrowRows) {
    const size_t n = end - first < kNarrowRows ? end - first : kNarrowRows;
    bring(to, from, arrays, first, n, end, rows);
    if (from.some_named)
      for (size_t k = 0; k < arrays; ++k)
        for (size_t i = 0; i < kNarrowRows; ++i) before.array[k][i] = rows.array[k][i];
    row<false>(Here(), rows.array[0], state, from.gradient + first, n, clip, rule);
    if (from.some_named) keep_unnamed(from.gradient + first, before, arrays, n, rows);
    put_back(rows, to, from, arrays, first, n);
  }
}

// Sums a block of a gradient row in registers and uses it at once, while the same block of a later row is
// prefetched.
template <class T, class Rule>
HWY_INLINE void summed_rows(const UpdateRows<T>& to, const UpdateGradient<T>& from, const Clip<T>& clip,
                            const Rule& rule, size_t begin, size_t end) {
  const hn::ScalableTag<T> d;
  HWY_ALIGN T g[8 * hn::MaxLanes(d)];
  const size_t block = row_sum_block<T>(), arrays = states(rule);
  const size_t ahead = to.width >= 512 ? 1 : 512 / to.width;
  constexpr size_t kLine = 64 / sizeof(T);
  for (size_t i = begin; i < end; ++i) {
    const size_t at = (from.ids ? static_cast<size_t>(from.ids[i]) : i) * to.stride;
    const size_t later = i + ahead < end ? i + ahead : i;
    const size_t next = (from.ids ? static_cast<size_t>(from.ids[later]) : later) * to.stride;
    const size_t sum = from.place ? static_cast<size_t>(from.place[i]) : i + 1;
    for (size_t j = 0; j < to.width; j += block) {
      const size_t n = to.width - j < block ? to.width - j : block;
      for (size_t p = j; p < j + n; p += kLine) {
        hwy::Prefetch(to.weight + next + p);
        for (size_t s = 0; s < arrays; ++s) hwy::Prefetch(to.state[s] + next + p);
      }
      T* const state[3] = {to.state[0] + at + j, to.state[1] + at + j, to.state[2] + at + j};
      if (sum == 0) {
        row<true>(Here(), to.weight + at + j, state, g, n, clip, rule);
        continue;
      }
      row_sum(from.sums, sum - 1, j, n, g);
      row<false>(Here(), to.weight + at + j, state, g, n, clip, rule);
    }
  }
}

// Rules of whole rows take neither narrow rows nor sums.
template <class T>
HWY_INLINE void rows(const UpdateRows<T>& to, const UpdateGradient<T>& from, const Clip<T>& clip,
                     const GroupAdagrad<T>& rule, size_t begin, size_t end) {
  wide_rows(to, from, clip, rule, begin, end);
}

template <class T, class Rule>
HWY_INLINE void rows(const UpdateRows<T>& to, const UpdateGradient<T>& from, const Clip<T>& clip,
                     const Rule& rule, size_t begin, size_t end) {
  if (!from.gradient) summed_rows(to, from, clip, rule, begin, end);
  else if (to.width == 1 && !from.place) narrow_rows(to, from, clip, rule, begin, end);
  else wide_rows(to, from, clip, rule, begin, end);
}

#define LACUNA_UPDATE(Rule)                                                                                \
  void Rule##_f32(const UpdateRows<float>& to, const UpdateGradient<float>& from, const Clip<float>& clip, \
                  const Rule<float>& rule, size_t begin, size_t end) {                                     \
    rows(to, from, clip, rule, begin, end);                                                                \
  }                                                                                                        \
  void Rule##_f64(const UpdateRows<double>& to, const UpdateGradient<double>& from,                        \
                  const Clip<double>& clip, const Rule<double>& rule, size_t begin, size_t end) {          \
    rows(to, from, clip, rule, begin, end);                                                                \
  }

}  // namespace lacuna::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LACUNA_KERNELS_UPDATE_INL_H_

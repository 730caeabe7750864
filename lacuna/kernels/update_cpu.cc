// The row updates of optimizers. The loops are plain: within the macros the compiler vectorises them for each
// instruction set (with -fno-math-errno, or the square root would be called).
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lacuna/kernels/update_cpu.cc"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>  // Includes this file again; must stand before highway.h.
#include <hwy/highway.h>

#include "lacuna/base/threads.h"
#include "lacuna/kernels/row_sums-inl.h"
#include "lacuna/kernels/update.h"

HWY_BEFORE_NAMESPACE();
namespace lacuna::kernels::HWY_NAMESPACE {

HWY_INLINE float root(float x) { return __builtin_sqrtf(x); }
HWY_INLINE double root(double x) { return __builtin_sqrt(x); }

// x y + z. Said where it is meant: left to itself the compiler fuses one product or the other, differently in
// the body of a loop and in its rest, so that bits would depend on where rows are cut.
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

// One row of n values. Zero: the gradient is 0 and g is not read.
template <bool Zero, class T>
HWY_INLINE T clipped(const T* g, size_t i, const Clip<T>& clip) {
  if constexpr (Zero) return 0;
  const T x = g[i] * clip.factor;
  return x > clip.limit ? clip.limit : x < -clip.limit ? -clip.limit : x;
}

template <bool Zero, class T>
HWY_INLINE void row(T* HWY_RESTRICT w, T* const*, const T* HWY_RESTRICT g, size_t n, const Clip<T>& clip,
                    const Sgd<T>& rule) {
  for (size_t i = 0; i < n; ++i) w[i] = mul_add(-rule.rate, clipped<Zero>(g, i, clip), w[i]);
}

template <bool Zero, class T>
HWY_INLINE void row(T* HWY_RESTRICT w, T* const* state, const T* HWY_RESTRICT g, size_t n,
                    const Clip<T>& clip, const Momentum<T>& rule) {
  T* HWY_RESTRICT m = state[0];
  if (rule.nesterov) {
    for (size_t i = 0; i < n; ++i) {
      const T step = rule.rate * clipped<Zero>(g, i, clip);
      m[i] = mul_add(rule.momentum, m[i], -step);
      w[i] += mul_add(rule.momentum, m[i], -step);
    }
  } else {
    for (size_t i = 0; i < n; ++i) {
      m[i] = mul_add(rule.momentum, m[i], -(rule.rate * clipped<Zero>(g, i, clip)));
      w[i] += m[i];
    }
  }
}

template <bool Zero, class T>
HWY_INLINE void row(T* HWY_RESTRICT w, T* const* state, const T* HWY_RESTRICT g, size_t n,
                    const Clip<T>& clip, const Adagrad<T>& rule) {
  if constexpr (Zero) return;
  T* HWY_RESTRICT a = state[0];
  for (size_t i = 0; i < n; ++i) {
    const T x = clipped<Zero>(g, i, clip);
    a[i] = mul_add(x, x, a[i]);
    w[i] -= rule.rate * x / (root(a[i]) + rule.epsilon);
  }
}

template <bool Zero, class T>
HWY_INLINE void row(T* HWY_RESTRICT w, T* const* state, const T* HWY_RESTRICT g, size_t n,
                    const Clip<T>& clip, const Adam<T>& rule) {
  T* HWY_RESTRICT m = state[0];
  T* HWY_RESTRICT v = state[1];
  if (rule.amsgrad) {
    T* HWY_RESTRICT top = state[2];
    for (size_t i = 0; i < n; ++i) {
      const T x = clipped<Zero>(g, i, clip);
      m[i] = mul_add(rule.beta_1, m[i], (1 - rule.beta_1) * x);
      v[i] = mul_add(rule.beta_2, v[i], (1 - rule.beta_2) * x * x);
      top[i] = top[i] > v[i] ? top[i] : v[i];
      w[i] -= rule.rate * m[i] / (root(top[i]) + rule.epsilon);
    }
  } else {
    for (size_t i = 0; i < n; ++i) {
      const T x = clipped<Zero>(g, i, clip);
      m[i] = mul_add(rule.beta_1, m[i], (1 - rule.beta_1) * x);
      v[i] = mul_add(rule.beta_2, v[i], (1 - rule.beta_2) * x * x);
      w[i] -= rule.rate * m[i] / (root(v[i]) + rule.epsilon);
    }
  }
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
      hwy::Prefetch(to.state[0] + next);
    }
    const size_t at = r * to.stride;
    T* const state[3] = {to.state[0] + at, to.state[1] + at, to.state[2] + at};
    if (from.place == nullptr)
      row<false>(to.weight + at, state, from.gradient + i * to.width, to.width, clip, rule);
    else if (const int32_t place = from.place[r])
      row<false>(to.weight + at, state, from.gradient + static_cast<size_t>(place - 1) * to.width, to.width,
                 clip, rule);
    else row<true>(to.weight + at, state, from.gradient, to.width, clip, rule);
  }
}

template <class T>
HWY_INLINE size_t states(const Sgd<T>&) {
  return 0;
}
template <class T>
HWY_INLINE size_t states(const Momentum<T>&) {
  return 1;
}
template <class T>
HWY_INLINE size_t states(const Adagrad<T>&) {
  return 1;
}
template <class T>
HWY_INLINE size_t states(const Adam<T>& rule) {
  return rule.amsgrad ? 3 : 2;
}

// Rows of one value: some of them are brought together, so that the rule runs on vectors.
constexpr size_t kNarrowRows = 64;

// Values [0, n) of the weight and of each state.
template <class T>
struct NarrowRows {
  HWY_ALIGN T array[4][kNarrowRows];
};

// The rows of a table that stand one after another, weight and one state by turns.
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

// Rows that are not named, as they were before. The comparison of bits is a loop that the compiler
// vectorises.
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
    row<false>(rows.array[0], state, from.gradient + first, n, clip, rule);
    if (from.some_named) keep_unnamed(from.gradient + first, before, arrays, n, rows);
    put_back(rows, to, from, arrays, first, n);
  }
}

// A block of a gradient row is summed in registers and used at once, while the same block of a row to come is
// fetched.
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
        row<true>(to.weight + at + j, state, g, n, clip, rule);
        continue;
      }
      row_sum(from.sums, sum - 1, j, n, g);
      row<false>(to.weight + at + j, state, g, n, clip, rule);
    }
  }
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
LACUNA_UPDATE(Sgd)
LACUNA_UPDATE(Momentum)
LACUNA_UPDATE(Adagrad)
LACUNA_UPDATE(Adam)
#undef LACUNA_UPDATE

}  // namespace lacuna::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <algorithm>
#include <vector>

#include "lacuna/kernels/row_cuts.h"

namespace lacuna::kernels {
namespace {

// Rows whose gradients are sums. Whole rows: in strips of columns the batch would stay nearer, but weights
// are far more than it, and the rows after one another are what memory gives fast.
template <class T, class Rows>
void summed_blocks(const UpdateRows<T>& to, const UpdateGradient<T>& from, const Rows& some_rows) {
  constexpr size_t kUpdate = 4;  // What an update is worth in entries.
  const RowCuts cuts(from.place ? nullptr : from.sums.start, from.count, kUpdate,
                     (size_t{1} << 17) / std::max<size_t>(1, to.width));
  parallel_for(cuts.parts(), 1, [&](size_t begin, size_t end) {
    for (size_t part = begin; part < end; ++part) some_rows(to, from, cuts.first(part), cuts.first(part + 1));
  });
}

template <class T, class Rows>
void blocks(const UpdateRows<T>& to, const UpdateGradient<T>& from, const Rows& some_rows) {
  if (!from.gradient) return summed_blocks(to, from, some_rows);
  constexpr size_t kValues = size_t{1} << 15;  // A block: some tens of microseconds.
  if (!from.ids && !from.place && !from.some_named &&
      to.stride == to.width) {  // Contiguous: rows may be cut.
    const size_t n = from.count * to.width;
    parallel_for(n, kValues, [&](size_t begin, size_t end) {
      const UpdateRows<T> part{to.weight + begin,
                               {to.state[0] + begin, to.state[1] + begin, to.state[2] + begin},
                               end - begin,
                               end - begin};
      some_rows(part, UpdateGradient<T>{nullptr, nullptr, from.gradient + begin, 1}, 0, 1);
    });
    return;
  }
  constexpr size_t kRows = size_t{1} << 12;  // Each of which is waited for.
  const size_t rows = kValues / std::max<size_t>(1, to.width);
  parallel_for(from.count, std::max<size_t>(1, from.ids ? std::min(rows, kRows) : rows),
               [&](size_t begin, size_t end) { some_rows(to, from, begin, end); });
}

template <class T>
double squares(const T* values, size_t n) {
  constexpr size_t kBlock = size_t{1} << 16;
  thread_local std::vector<double> parts;
  std::vector<double>& sums = parts;  // Of the calling thread, for all blocks.
  sums.assign((n + kBlock - 1) / kBlock, 0.0);
  parallel_for(n, kBlock, [&](size_t begin, size_t end) {
    double sum[4] = {};
    size_t i = begin;
    for (; i + 4 <= end; i += 4)
      for (size_t j = 0; j < 4; ++j)
        sum[j] += static_cast<double>(values[i + j]) * static_cast<double>(values[i + j]);
    for (; i < end; ++i) sum[0] += static_cast<double>(values[i]) * static_cast<double>(values[i]);
    sums[begin / kBlock] = (sum[0] + sum[1]) + (sum[2] + sum[3]);
  });
  double total = 0;
  for (const double s : sums) total += s;
  return total;
}

}  // namespace

#define LACUNA_UPDATE(Rule)                                                                               \
  HWY_EXPORT(Rule##_f32);                                                                                 \
  HWY_EXPORT(Rule##_f64);                                                                                 \
  void update(const UpdateRows<float>& to, const UpdateGradient<float>& from, const Clip<float>& clip,    \
              const Rule<float>& rule) {                                                                  \
    blocks(to, from, [&](const auto& t, const auto& f, size_t begin, size_t end) {                        \
      HWY_DYNAMIC_DISPATCH(Rule##_f32)(t, f, clip, rule, begin, end);                                     \
    });                                                                                                   \
  }                                                                                                       \
  void update(const UpdateRows<double>& to, const UpdateGradient<double>& from, const Clip<double>& clip, \
              const Rule<double>& rule) {                                                                 \
    blocks(to, from, [&](const auto& t, const auto& f, size_t begin, size_t end) {                        \
      HWY_DYNAMIC_DISPATCH(Rule##_f64)(t, f, clip, rule, begin, end);                                     \
    });                                                                                                   \
  }
LACUNA_UPDATE(Sgd)
LACUNA_UPDATE(Momentum)
LACUNA_UPDATE(Adagrad)
LACUNA_UPDATE(Adam)
#undef LACUNA_UPDATE

double sum_of_squares(const float* values, size_t n) { return squares(values, n); }
double sum_of_squares(const double* values, size_t n) { return squares(values, n); }

}  // namespace lacuna::kernels
#endif

// The row updates of optimizers. The loops are plain: within the macros the compiler vectorises them for each
// instruction set (with -fno-math-errno, or the square root would be called).
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lacuna/kernels/update_cpu.cc"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>  // Includes this file again; must stand before highway.h.
#include <hwy/highway.h>

#include "lacuna/base/threads.h"
#include "lacuna/kernels/update.h"

HWY_BEFORE_NAMESPACE();
namespace lacuna::kernels::HWY_NAMESPACE {

HWY_INLINE float root(float x) { return __builtin_sqrtf(x); }
HWY_INLINE double root(double x) { return __builtin_sqrt(x); }

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
  for (size_t i = 0; i < n; ++i) w[i] -= rule.rate * clipped<Zero>(g, i, clip);
}

template <bool Zero, class T>
HWY_INLINE void row(T* HWY_RESTRICT w, T* const* state, const T* HWY_RESTRICT g, size_t n,
                    const Clip<T>& clip, const Momentum<T>& rule) {
  T* HWY_RESTRICT m = state[0];
  if (rule.nesterov) {
    for (size_t i = 0; i < n; ++i) {
      const T step = rule.rate * clipped<Zero>(g, i, clip);
      m[i] = rule.momentum * m[i] - step;
      w[i] += rule.momentum * m[i] - step;
    }
  } else {
    for (size_t i = 0; i < n; ++i) {
      m[i] = rule.momentum * m[i] - rule.rate * clipped<Zero>(g, i, clip);
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
    a[i] += x * x;
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
      m[i] = rule.beta_1 * m[i] + (1 - rule.beta_1) * x;
      v[i] = rule.beta_2 * v[i] + (1 - rule.beta_2) * x * x;
      top[i] = top[i] > v[i] ? top[i] : v[i];
      w[i] -= rule.rate * m[i] / (root(top[i]) + rule.epsilon);
    }
  } else {
    for (size_t i = 0; i < n; ++i) {
      const T x = clipped<Zero>(g, i, clip);
      m[i] = rule.beta_1 * m[i] + (1 - rule.beta_1) * x;
      v[i] = rule.beta_2 * v[i] + (1 - rule.beta_2) * x * x;
      w[i] -= rule.rate * m[i] / (root(v[i]) + rule.epsilon);
    }
  }
}

// Width: of a row, or 0 where it is not known when this is compiled.
template <size_t Width, class T, class Rule>
HWY_INLINE void rows_of(const UpdateRows<T>& to, const UpdateGradient<T>& from, const Clip<T>& clip,
                        const Rule& rule, size_t begin, size_t end) {
  const size_t width = Width ? Width : to.width;
  constexpr size_t kAhead = Width ? 16 : 4;
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
      row<false>(to.weight + at, state, from.gradient + i * width, width, clip, rule);
    else if (const int32_t place = from.place[r])
      row<false>(to.weight + at, state, from.gradient + static_cast<size_t>(place - 1) * width, width, clip,
                 rule);
    else row<true>(to.weight + at, state, from.gradient, width, clip, rule);
  }
}

template <class T, class Rule>
HWY_INLINE void rows(const UpdateRows<T>& to, const UpdateGradient<T>& from, const Clip<T>& clip,
                     const Rule& rule, size_t begin, size_t end) {
  if (to.width == 1) rows_of<1>(to, from, clip, rule, begin, end);
  else rows_of<0>(to, from, clip, rule, begin, end);
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

namespace lacuna::kernels {
namespace {

template <class T, class Rows>
void blocks(const UpdateRows<T>& to, const UpdateGradient<T>& from, const Rows& some_rows) {
  constexpr size_t kValues = size_t{1} << 15;               // A block: some tens of microseconds.
  if (!from.ids && !from.place && to.stride == to.width) {  // Contiguous: rows may be cut.
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
  parallel_for(from.count, std::max<size_t>(1, kValues / std::max<size_t>(1, to.width)),
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

// Takes the missed steps of rows.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lacuna/kernels/catch_up_cpu.cc"
#include <hwy/foreach_target.h>  // Includes this file again; must stand before highway.h.
#include <hwy/highway.h>

#include "lacuna/base/threads.h"
#include "lacuna/kernels/catch_up.h"
#include "lacuna/kernels/update-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lacuna::kernels::HWY_NAMESPACE {

// rest_of_row(w, state, n, from, k, rule) takes the k steps after `from` for one row of n values.
template <class T>
HWY_INLINE void rest_of_row(T* HWY_RESTRICT w, T* const* state, size_t n, int32_t, int32_t k,
                            const MomentumRest<T>& rule) {
  T* HWY_RESTRICT m = state[0];
  const T sum = static_cast<T>(rule.sum[k]) * rule.scale, left = static_cast<T>(rule.power[k]);
  for (size_t i = 0; i < n; ++i) {
    w[i] = mul_add(sum, m[i], w[i]);
    m[i] *= left;
  }
}

template <class T>
HWY_INLINE void rest_of_row(T*, T* const* state, size_t n, int32_t, int32_t k, const FadingRest<T>& rule) {
  const T left = static_cast<T>(rule.power[k]);
  for (size_t s = 0; s < rule.states; ++s)
    for (size_t i = 0; i < n; ++i) state[s][i] *= left;
}

template <class T>
HWY_INLINE void rest_of_row(T* HWY_RESTRICT w, T* const* state, size_t n, int32_t from, int32_t k,
                            const AmsgradRest<T>& rule) {
  T* HWY_RESTRICT m = state[0];
  T* HWY_RESTRICT v = state[1];
  const T* HWY_RESTRICT top = state[2];
  const T sum = static_cast<T>(rule.sum[from]);
  const T left_m = static_cast<T>(rule.power_m[k]), left_v = static_cast<T>(rule.power_v[k]);
  for (size_t i = 0; i < n; ++i) {
    w[i] -= sum * m[i] / (root(top[i]) + rule.epsilon);
    m[i] *= left_m;
    v[i] *= left_v;
  }
}

template <class T>
HWY_INLINE void rest_of_row(T* HWY_RESTRICT w, T* const* state, size_t n, int32_t, int32_t,
                            const FtrlRest<T>& rule) {
  const Ftrl<T>& last = rule.last;
  const T* HWY_RESTRICT s = state[0];
  const T* HWY_RESTRICT z = state[1];
  for (size_t i = 0; i < n; ++i) {
    const T part = z[i] > last.l1 ? last.l1 : z[i] < -last.l1 ? -last.l1 : z[i];
    const T divisor = mul_add(root(last.first + s[i]), last.per_rate, last.l2);
    w[i] = divisor > 0 ? (part - z[i]) / divisor : 0;
  }
}

template <class T, class Rest>
HWY_INLINE void rest_of_rows(const UpdateRows<T>& to, const MissedSteps& missed, const Rest& rule,
                             size_t begin, size_t end) {
  constexpr size_t kAhead = 8;
  for (size_t i = begin; i < end; ++i) {
    if (i + kAhead < end) hwy::Prefetch(to.weight + static_cast<size_t>(missed.ids[i + kAhead]) * to.stride);
    const size_t at = static_cast<size_t>(missed.ids[i]) * to.stride;
    T* const state[3] = {to.state[0] + at, to.state[1] + at, to.state[2] + at};
    rest_of_row(to.weight + at, state, to.width, missed.from[i], missed.until - missed.from[i], rule);
  }
}

// Values that are caught up at a time: a part of a row, or rows of one value.
constexpr size_t kTogether = 64;

template <class T>
struct Together {
  HWY_ALIGN T w[kTogether], m[kTogether], d[kTogether], first[kTogether], moved[kTogether], rate[kTogether];
  HWY_ALIGN int32_t from[kTogether], steps[kTogether];  // Steps to take; fewer once it is still.
};

// Takes step j of each value. kOneRow: all start from the same step. HWY_RESTRICT lets the compiler vectorise
// the loops.
template <bool kOneRow, bool kRoot, bool kOfD, bool kKeep, class T>
HWY_INLINE void take_step(Together<T>& x, size_t n, int32_t j, const StepwiseRest<T>& rule, bool asks) {
  // 2^-3 of the rounding error of the larger of the weight and its first move.
  constexpr T kStill = sizeof(T) == 4 ? T(1.0 / (1 << 27)) : T(1.0 / (int64_t{1} << 56));
  T* HWY_RESTRICT w = x.w;
  T* HWY_RESTRICT m = x.m;
  T* HWY_RESTRICT d = x.d;
  T* HWY_RESTRICT moved = x.moved;
  T* HWY_RESTRICT rate = x.rate;
  int32_t* HWY_RESTRICT steps = x.steps;
  const T* HWY_RESTRICT moves = rule.move;
  const T* HWY_RESTRICT of_d = rule.of_d;
  const T* HWY_RESTRICT keeps = rule.keep;
  const T beta_m = rule.beta_m, beta_d = rule.beta_d, epsilon = rule.epsilon,
          rest = static_cast<T>(rule.rest);
  const int32_t one = kOneRow ? x.from[0] + j : x.from[0];
  const T one_move = moves[one], one_of_d = kOfD && of_d ? of_d[one] : 1,
          one_keep = kKeep && keeps ? keeps[one] : 1;
  for (size_t i = 0; i < n; ++i) {
    const bool on = j < steps[i];
    const int32_t s = kOneRow ? one : on ? x.from[i] + j : one;
    rate[i] = on ? (kOneRow ? one_move : moves[s]) : 0;
    m[i] *= on ? beta_m : 1;
    d[i] *= on ? beta_d : 1;
    const T by = kOfD ? (kOneRow ? one_of_d : of_d[s]) * d[i] : d[i];
    moved[i] = rate[i] * m[i] / ((kRoot ? root(by) : by) + epsilon);
    const T keep = kKeep ? (on ? (kOneRow ? one_keep : keeps[s]) : 1) : 1;
    w[i] = kKeep ? mul_add(keep, w[i], -moved[i]) : w[i] - moved[i];
  }
  if (!asks) return;
  T* HWY_RESTRICT first = x.first;
  for (size_t i = 0; i < n; ++i) {
    const T size = moved[i] < 0 ? -moved[i] : moved[i], weight = w[i] < 0 ? -w[i] : w[i];
    first[i] = j == 0 ? size : first[i];
    const T still = kStill * rate[i] * (weight > first[i] ? weight : first[i]);
    steps[i] = rate[i] > 0 && size * rest <= still ? j + 1 : steps[i];
  }
}

template <bool kOneRow, bool kRoot, bool kOfD, bool kKeep, class T>
HWY_INLINE void take_steps(Together<T>& x, size_t n, int32_t until, const StepwiseRest<T>& rule) {
  int32_t longest = 0;
  for (size_t i = 0; i < n; ++i) {
    x.steps[i] = x.m[i] == 0 ? 0 : until - x.from[i];
    longest = longest > x.steps[i] ? longest : x.steps[i];
  }
  for (int32_t j = 0; j < longest; ++j) {
    const bool asks = j % 8 == 0;
    take_step<kOneRow, kRoot, kOfD, kKeep>(x, n, j, rule, asks);
    if (!asks) continue;
    longest = 0;
    for (size_t i = 0; i < n; ++i) longest = longest > x.steps[i] ? longest : x.steps[i];
  }
}

template <bool kOneRow, class T>
HWY_INLINE void step_by_step(Together<T>& x, T* v, size_t n, int32_t until, const StepwiseRest<T>& rule) {
  // For one row, factors that are 1 cost nothing; for many, each factor costs a gather.
  if (!rule.root) take_steps<kOneRow, false, false, false>(x, n, until, rule);
  else if constexpr (kOneRow) take_steps<kOneRow, true, true, true>(x, n, until, rule);
  else if (rule.of_d) take_steps<kOneRow, true, true, false>(x, n, until, rule);
  else if (rule.keep) take_steps<kOneRow, true, false, true>(x, n, until, rule);
  else take_steps<kOneRow, true, false, false>(x, n, until, rule);
  for (size_t i = 0; i < n; ++i) {
    const int32_t still = x.from[i] + x.steps[i], left = until - still;
    if (rule.third) v[i] *= static_cast<T>(rule.power_v[until - x.from[i]]);
    if (left == 0) continue;
    x.m[i] *= static_cast<T>(rule.power_m[left]);
    if (!rule.third) x.d[i] *= static_cast<T>(rule.power_v[left]);
    if (rule.keep) x.w[i] *= static_cast<T>(__builtin_exp(rule.decayed[until] - rule.decayed[still]));
  }
}

template <class T>
HWY_INLINE void rest_of_rows(const UpdateRows<T>& to, const MissedSteps& missed, const StepwiseRest<T>& rule,
                             size_t begin, size_t end) {
  Together<T> x;
  HWY_ALIGN T v[kTogether];
  T* const divides = to.state[rule.third ? 2 : 1];
  if (to.width == 1) {
    for (size_t first = begin; first < end; first += kTogether) {
      const size_t n = end - first < kTogether ? end - first : kTogether;
      for (size_t i = 0; i < n; ++i) {
        const size_t at = static_cast<size_t>(missed.ids[first + i]) * to.stride;
        x.w[i] = to.weight[at];
        x.m[i] = to.state[0][at];
        x.d[i] = divides[at];
        v[i] = to.state[1][at];
        x.from[i] = missed.from[first + i];
      }
      step_by_step<false>(x, v, n, missed.until, rule);
      for (size_t i = 0; i < n; ++i) {
        const size_t at = static_cast<size_t>(missed.ids[first + i]) * to.stride;
        to.weight[at] = x.w[i];
        to.state[0][at] = x.m[i];
        if (rule.third) to.state[1][at] = v[i];
        else to.state[1][at] = x.d[i];
      }
    }
    return;
  }
  for (size_t r = begin; r < end; ++r) {
    for (size_t j = 0; j < to.width; j += kTogether) {
      const size_t n = to.width - j < kTogether ? to.width - j : kTogether;
      const size_t at = static_cast<size_t>(missed.ids[r]) * to.stride + j;
      for (size_t i = 0; i < n; ++i) {
        x.w[i] = to.weight[at + i];
        x.m[i] = to.state[0][at + i];
        x.d[i] = divides[at + i];
        x.from[i] = missed.from[r];
      }
      step_by_step<true>(x, to.state[1] + at, n, missed.until, rule);
      for (size_t i = 0; i < n; ++i) {
        to.weight[at + i] = x.w[i];
        to.state[0][at + i] = x.m[i];
        if (!rule.third) to.state[1][at + i] = x.d[i];
      }
    }
  }
}

#define LACUNA_CATCH_UP(Rest)                                                                        \
  void Rest##_f32(const UpdateRows<float>& to, const MissedSteps& missed, const Rest<float>& rule,   \
                  size_t begin, size_t end) {                                                        \
    rest_of_rows(to, missed, rule, begin, end);                                                      \
  }                                                                                                  \
  void Rest##_f64(const UpdateRows<double>& to, const MissedSteps& missed, const Rest<double>& rule, \
                  size_t begin, size_t end) {                                                        \
    rest_of_rows(to, missed, rule, begin, end);                                                      \
  }
LACUNA_CATCH_UP(MomentumRest)
LACUNA_CATCH_UP(FadingRest)
LACUNA_CATCH_UP(AmsgradRest)
LACUNA_CATCH_UP(StepwiseRest)
LACUNA_CATCH_UP(FtrlRest)
#undef LACUNA_CATCH_UP

}  // namespace lacuna::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lacuna::kernels {
namespace {

// Rows per block, in whole groups of 64. work: the estimated number of steps of a row.
template <class T>
size_t rows_a_block(const UpdateRows<T>& to, size_t work) {
  const size_t rows = (size_t{1} << 15) / (work * (to.width + 8));
  return rows < 64 ? 64 : rows / 64 * 64;
}

}  // namespace

#define LACUNA_CATCH_UP(Rest, work)                                                                  \
  HWY_EXPORT(Rest##_f32);                                                                            \
  HWY_EXPORT(Rest##_f64);                                                                            \
  void catch_up(const UpdateRows<float>& to, const MissedSteps& missed, const Rest<float>& rule) {   \
    parallel_for(missed.count, rows_a_block(to, work), [&](size_t begin, size_t end) {               \
      HWY_DYNAMIC_DISPATCH(Rest##_f32)(to, missed, rule, begin, end);                                \
    });                                                                                              \
  }                                                                                                  \
  void catch_up(const UpdateRows<double>& to, const MissedSteps& missed, const Rest<double>& rule) { \
    parallel_for(missed.count, rows_a_block(to, work), [&](size_t begin, size_t end) {               \
      HWY_DYNAMIC_DISPATCH(Rest##_f64)(to, missed, rule, begin, end);                                \
    });                                                                                              \
  }
LACUNA_CATCH_UP(MomentumRest, 1)
LACUNA_CATCH_UP(FadingRest, 1)
LACUNA_CATCH_UP(AmsgradRest, 2)
LACUNA_CATCH_UP(StepwiseRest, 100)
LACUNA_CATCH_UP(FtrlRest, 2)
#undef LACUNA_CATCH_UP

}  // namespace lacuna::kernels
#endif

// The steps of Adam and its kin.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lacuna/kernels/update_adam_cpu.cc"
#include <hwy/foreach_target.h>  // Includes this file again; must stand before highway.h.
#include <hwy/highway.h>

#include "lacuna/kernels/update-inl.h"
#include "lacuna/kernels/update_blocks.h"

HWY_BEFORE_NAMESPACE();
namespace lacuna::kernels::HWY_NAMESPACE {

template <bool Zero, class T>
HWY_INLINE void row(Here, T* HWY_RESTRICT w, T* const* state, const T* HWY_RESTRICT g, size_t n,
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
      const T move = rule.rate * m[i] / (root(top[i]) + rule.epsilon);
      w[i] = mul_add(rule.keep, w[i], -move);
    }
  } else {
    for (size_t i = 0; i < n; ++i) {
      const T x = clipped<Zero>(g, i, clip);
      m[i] = mul_add(rule.beta_1, m[i], (1 - rule.beta_1) * x);
      v[i] = mul_add(rule.beta_2, v[i], (1 - rule.beta_2) * x * x);
      const T move = rule.rate * m[i] / (root(v[i]) + rule.epsilon);
      w[i] = mul_add(rule.keep, w[i], -move);
    }
  }
}

template <bool Zero, class T>
HWY_INLINE void row(Here, T* HWY_RESTRICT w, T* const* state, const T* HWY_RESTRICT g, size_t n,
                    const Clip<T>& clip, const Adamax<T>& rule) {
  T* HWY_RESTRICT m = state[0];
  T* HWY_RESTRICT u = state[1];
  for (size_t i = 0; i < n; ++i) {
    const T x = clipped<Zero>(g, i, clip);
    const T size = x < 0 ? -x : x, before = rule.beta_2 * u[i];
    m[i] = mul_add(rule.beta_1, m[i], (1 - rule.beta_1) * x);
    u[i] = before > size ? before : size;
    w[i] -= rule.rate * m[i] / (u[i] + rule.epsilon);
  }
}

template <bool Zero, class T>
HWY_INLINE void row(Here, T* HWY_RESTRICT w, T* const* state, const T* HWY_RESTRICT g, size_t n,
                    const Clip<T>& clip, const Nadam<T>& rule) {
  T* HWY_RESTRICT m = state[0];
  T* HWY_RESTRICT v = state[1];
  for (size_t i = 0; i < n; ++i) {
    const T x = clipped<Zero>(g, i, clip);
    m[i] = mul_add(rule.beta_1, m[i], (1 - rule.beta_1) * x);
    v[i] = mul_add(rule.beta_2, v[i], (1 - rule.beta_2) * x * x);
    w[i] -= mul_add(rule.of_g, x, rule.of_m * m[i]) / (root(rule.of_v * v[i]) + rule.epsilon);
  }
}

LACUNA_UPDATE(Adam)
LACUNA_UPDATE(Adamax)
LACUNA_UPDATE(Nadam)

}  // namespace lacuna::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lacuna::kernels {

LACUNA_UPDATE_DISPATCH(Adam)
LACUNA_UPDATE_DISPATCH(Adamax)
LACUNA_UPDATE_DISPATCH(Nadam)

}  // namespace lacuna::kernels
#endif

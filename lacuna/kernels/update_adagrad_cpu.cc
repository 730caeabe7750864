// The steps of Adagrad, GroupAdagrad, Rmsprop and Adadelta.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lacuna/kernels/update_adagrad_cpu.cc"
#include <hwy/foreach_target.h>  // Includes this file again; must stand before highway.h.
#include <hwy/highway.h>

#include "lacuna/kernels/update-inl.h"
#include "lacuna/kernels/update_blocks.h"

HWY_BEFORE_NAMESPACE();
namespace lacuna::kernels::HWY_NAMESPACE {

template <bool Zero, class T>
HWY_INLINE void row(Here, T* HWY_RESTRICT w, T* const* state, const T* HWY_RESTRICT g, size_t n,
                    const Clip<T>& clip, const Adagrad<T>& rule) {
  if constexpr (Zero) return;
  T* HWY_RESTRICT a = state[0];
  for (size_t i = 0; i < n; ++i) {
    const T x = clipped<Zero>(g, i, clip);
    a[i] = mul_add(x, x, a[i]);
    w[i] -= rule.rate * x / (root(rule.first + a[i]) + rule.epsilon);
  }
}

template <bool Zero, class T>
HWY_INLINE void row(Here, T* HWY_RESTRICT w, T* const* state, const T* HWY_RESTRICT g, size_t n,
                    const Clip<T>& clip, const GroupAdagrad<T>& rule) {
  if constexpr (Zero) return;
  constexpr size_t kSums = 8;  // Partial sums, in the same order on each instruction set.
  T sums[kSums] = {};
  for (size_t i = 0; i < n; ++i) {
    const T x = clipped<Zero>(g, i, clip);
    sums[i % kSums] = mul_add(x, x, sums[i % kSums]);
  }
  for (size_t j = 1; j < kSums; ++j) sums[0] += sums[j];
  T& h = state[0][0];
  h += sums[0] / static_cast<T>(n);
  const T rate = rule.rate / root(h + rule.epsilon);
  for (size_t i = 0; i < n; ++i) w[i] = mul_add(-rate, clipped<Zero>(g, i, clip), w[i]);
}

template <bool Zero, class T>
HWY_INLINE void row(Here, T* HWY_RESTRICT w, T* const* state, const T* HWY_RESTRICT g, size_t n,
                    const Clip<T>& clip, const Rmsprop<T>& rule) {
  T* HWY_RESTRICT a = state[0];
  for (size_t i = 0; i < n; ++i) {
    const T x = clipped<Zero>(g, i, clip);
    a[i] = mul_add(rule.rho, a[i], (1 - rule.rho) * x * x);
    w[i] -= rule.rate * x / (root(a[i]) + rule.epsilon);
  }
}

template <bool Zero, class T>
HWY_INLINE void row(Here, T* HWY_RESTRICT w, T* const* state, const T* HWY_RESTRICT g, size_t n,
                    const Clip<T>& clip, const Adadelta<T>& rule) {
  T* HWY_RESTRICT a = state[0];
  T* HWY_RESTRICT d = state[1];
  for (size_t i = 0; i < n; ++i) {
    const T x = clipped<Zero>(g, i, clip);
    a[i] = mul_add(rule.rho, a[i], (1 - rule.rho) * x * x);
    const T u = x * root(d[i] + rule.epsilon) / root(a[i] + rule.epsilon);
    d[i] = mul_add(rule.rho, d[i], (1 - rule.rho) * u * u);
    w[i] = mul_add(-rule.rate, u, w[i]);
  }
}

LACUNA_UPDATE(Adagrad)
LACUNA_UPDATE(GroupAdagrad)
LACUNA_UPDATE(Rmsprop)
LACUNA_UPDATE(Adadelta)

}  // namespace lacuna::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lacuna::kernels {

LACUNA_UPDATE_DISPATCH(Adagrad)
LACUNA_UPDATE_DISPATCH(GroupAdagrad)
LACUNA_UPDATE_DISPATCH(Rmsprop)
LACUNA_UPDATE_DISPATCH(Adadelta)

}  // namespace lacuna::kernels
#endif

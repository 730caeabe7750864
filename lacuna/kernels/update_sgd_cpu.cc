// The steps of SGD.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lacuna/kernels/update_sgd_cpu.cc"
#include <hwy/foreach_target.h>  // Includes this file again; must stand before highway.h.
#include <hwy/highway.h>

#include "lacuna/kernels/update-inl.h"
#include "lacuna/kernels/update_blocks.h"

HWY_BEFORE_NAMESPACE();
namespace lacuna::kernels::HWY_NAMESPACE {

template <bool Zero, class T>
HWY_INLINE void row(Here, T* HWY_RESTRICT w, T* const*, const T* HWY_RESTRICT g, size_t n,
                    const Clip<T>& clip, const Sgd<T>& rule) {
  for (size_t i = 0; i < n; ++i) w[i] = mul_add(-rule.rate, clipped<Zero>(g, i, clip), w[i]);
}

template <bool Zero, class T>
HWY_INLINE void row(Here, T* HWY_RESTRICT w, T* const* state, const T* HWY_RESTRICT g, size_t n,
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

LACUNA_UPDATE(Sgd)
LACUNA_UPDATE(Momentum)

}  // namespace lacuna::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lacuna::kernels {

LACUNA_UPDATE_DISPATCH(Sgd)
LACUNA_UPDATE_DISPATCH(Momentum)

}  // namespace lacuna::kernels
#endif

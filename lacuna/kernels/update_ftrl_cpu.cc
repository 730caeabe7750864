// The step of FTRL.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lacuna/kernels/update_ftrl_cpu.cc"
#include <hwy/foreach_target.h>  // Includes this file again; must stand before highway.h.
#include <hwy/highway.h>

#include "lacuna/kernels/update-inl.h"
#include "lacuna/kernels/update_blocks.h"

HWY_BEFORE_NAMESPACE();
namespace lacuna::kernels::HWY_NAMESPACE {

template <bool Zero, class T>
HWY_INLINE void row(Here, T* HWY_RESTRICT w, T* const* state, const T* HWY_RESTRICT g, size_t n,
                    const Clip<T>& clip, const Ftrl<T>& rule) {
  T* HWY_RESTRICT s = state[0];
  T* HWY_RESTRICT z = state[1];
  for (size_t i = 0; i < n; ++i) {
    const T x = clipped<Zero>(g, i, clip);
    const T sum = mul_add(x, x, s[i]);
    const T before = root(rule.first + s[i]), now = root(rule.first + sum);
    const T linear = mul_add(-(now - before) * rule.per_rate, w[i], z[i] + x);
    const T part = linear > rule.l1 ? rule.l1 : linear < -rule.l1 ? -rule.l1 : linear;
    const T divisor = mul_add(now, rule.per_rate, rule.l2);
    s[i] = sum;
    z[i] = linear;
    w[i] = divisor > 0 ? (part - linear) / divisor : 0;
  }
}

LACUNA_UPDATE(Ftrl)

}  // namespace lacuna::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lacuna::kernels {

LACUNA_UPDATE_DISPATCH(Ftrl)

}  // namespace lacuna::kernels
#endif

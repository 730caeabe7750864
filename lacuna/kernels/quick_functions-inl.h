// exp, tanh and sigmoid of floats without branches or calls, so that loops over them become SIMD: within 3
// units in the last place. Doubles take the standard library's. For files that Highway compiles for each
// instruction set (hence the guard that allows it to be included again, and builtins in place of what is in
// std).
#if defined(LACUNA_KERNELS_QUICK_FUNCTIONS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LACUNA_KERNELS_QUICK_FUNCTIONS_INL_H_
#undef LACUNA_KERNELS_QUICK_FUNCTIONS_INL_H_
#else
#define LACUNA_KERNELS_QUICK_FUNCTIONS_INL_H_
#endif
#include <hwy/highway.h>

#include <cstdint>

HWY_BEFORE_NAMESPACE();
namespace lacuna::kernels::HWY_NAMESPACE {

// e^x as 2^n e^r with |r| ≤ ln 2 / 2, by Taylor's series; x is cut to [-87, 88].
HWY_INLINE float quick_exp(float x) {
  constexpr float kLog2E = 1.44269504f, kLn2High = 0.693359375f, kLn2Low = -2.12194440e-4f;
  constexpr float kWhole = 12582912.0f;  // Adding 1.5 · 2^23 leaves a whole number in the low bits.
  x = x < -87.0f ? -87.0f : x > 88.0f ? 88.0f : x;  // NaN stays.
  const float shifted = x * kLog2E + kWhole, n = shifted - kWhole;
  const float r = (x - n * kLn2High) - n * kLn2Low;
  float sum = r * (1.0f / 5040) + 1.0f / 720;
  sum = ((sum * r + 1.0f / 120) * r + 1.0f / 24) * r + 1.0f / 6;
  sum = ((sum * r + 0.5f) * r + 1.0f) * r + 1.0f;
  return sum * __builtin_bit_cast(float, (__builtin_bit_cast(uint32_t, shifted) + 127u) << 23);
}
HWY_INLINE double quick_exp(double x) { return __builtin_exp(x); }

HWY_INLINE float quick_tanh(float x) {
  const float size = __builtin_fabsf(x), square = x * x;
  // (1 - e) / (1 + e) with e = exp(-2 |x|), whose error would grow near 0: there stands a polynomial, fitted.
  const float e = quick_exp(-2 * size), far = __builtin_copysignf((1 - e) / (1 + e), x);
  float sum = (square * -5.51452505e-3f + 2.04683972e-2f) * square - 5.36874711e-2f;
  sum = (sum * square + 0.133308184f) * square - 0.33333259f;
  const float near = x + x * (square * sum);
  return size < 0.65f ? near : far;
}
HWY_INLINE double quick_tanh(double x) { return __builtin_tanh(x); }

template <class T>
HWY_INLINE T quick_sigmoid(T x) {
  return 1 / (1 + quick_exp(-x));
}

}  // namespace lacuna::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif

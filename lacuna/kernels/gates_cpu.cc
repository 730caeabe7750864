// Activations, alone and as the gates of an LSTM.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lacuna/kernels/gates_cpu.cc"
#include <hwy/foreach_target.h>  // Includes this file again; must stand before highway.h.
#include <hwy/highway.h>

#include "lacuna/kernels/gates.h"
#include "lacuna/kernels/quick_functions-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lacuna::kernels::HWY_NAMESPACE {

void tanh_f32(const float* HWY_RESTRICT x, float* HWY_RESTRICT y, size_t n) {
  for (size_t i = 0; i < n; ++i) y[i] = quick_tanh(x[i]);
}
void sigmoid_f32(const float* HWY_RESTRICT x, float* HWY_RESTRICT y, size_t n) {
  for (size_t i = 0; i < n; ++i) y[i] = quick_sigmoid(x[i]);
}

template <bool kHard, class T>
HWY_INLINE T gate(T z) {
  if (!kHard) return quick_sigmoid(z);
  const T y = T(0.2) * z + T(0.5);
  return y < 0 ? T(0) : y > 1 ? T(1) : y;
}
// The derivative, from y = gate(z).
template <bool kHard, class T>
HWY_INLINE T slope(T y) {
  if (!kHard) return y * (1 - y);
  const T above = y > 0 ? T(0.2) : T(0);  // One comparison after the other, as SIMD wants it.
  return y < 1 ? above : T(0);
}

template <bool kHard, class T>
HWY_INLINE void forward(const LstmRow<T>& row, T* HWY_RESTRICT h, T* HWY_RESTRICT new_c) {
  const size_t n = row.n;
  const T *HWY_RESTRICT x = row.x, *HWY_RESTRICT p = row.p, *HWY_RESTRICT c = row.c;
  for (size_t j = 0; j < n; ++j) {
    const T i = gate<kHard>(x[j] + p[j]), f = gate<kHard>(x[n + j] + p[n + j]),
            g = quick_tanh(x[2 * n + j] + p[2 * n + j]), o = gate<kHard>(x[3 * n + j] + p[3 * n + j]);
    const T next = f * c[j] + i * g;
    new_c[j] = next;
    h[j] = o * quick_tanh(next);
  }
}

template <bool kHard, class T>
HWY_INLINE void backward(const LstmRow<T>& row, const T* HWY_RESTRICT dh, const T* HWY_RESTRICT dnew_c,
                         T* HWY_RESTRICT dz, T* HWY_RESTRICT dc) {
  const size_t n = row.n;
  const T *HWY_RESTRICT x = row.x, *HWY_RESTRICT p = row.p, *HWY_RESTRICT c = row.c;
  for (size_t j = 0; j < n; ++j) {
    const T i = gate<kHard>(x[j] + p[j]), f = gate<kHard>(x[n + j] + p[n + j]),
            g = quick_tanh(x[2 * n + j] + p[2 * n + j]), o = gate<kHard>(x[3 * n + j] + p[3 * n + j]);
    const T t = quick_tanh(f * c[j] + i * g);
    const T d = dnew_c[j] + dh[j] * o * (1 - t * t);
    dz[j] = d * g * slope<kHard>(i);
    dz[n + j] = d * c[j] * slope<kHard>(f);
    dz[2 * n + j] = d * i * (1 - g * g);
    dz[3 * n + j] = dh[j] * t * slope<kHard>(o);
    dc[j] = d * f;
  }
}

#define LACUNA_LSTM_ROW(T, NAME)                                                                   \
  void forward_##NAME(const LstmRow<T>& row, T* h, T* new_c) {                                     \
    row.hard ? forward<true>(row, h, new_c) : forward<false>(row, h, new_c);                       \
  }                                                                                                \
  void backward_##NAME(const LstmRow<T>& row, const T* dh, const T* dnew_c, T* dz, T* dc) {        \
    row.hard ? backward<true>(row, dh, dnew_c, dz, dc) : backward<false>(row, dh, dnew_c, dz, dc); \
  }
LACUNA_LSTM_ROW(float, f32)
LACUNA_LSTM_ROW(double, f64)

}  // namespace lacuna::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lacuna::kernels {
HWY_EXPORT(tanh_f32);
HWY_EXPORT(sigmoid_f32);
HWY_EXPORT(forward_f32);
HWY_EXPORT(forward_f64);
HWY_EXPORT(backward_f32);
HWY_EXPORT(backward_f64);

void tanh(const float* x, float* y, size_t n) { HWY_DYNAMIC_DISPATCH(tanh_f32)(x, y, n); }
void sigmoid(const float* x, float* y, size_t n) { HWY_DYNAMIC_DISPATCH(sigmoid_f32)(x, y, n); }
void lstm_row(const LstmRow<float>& row, float* h, float* new_c) {
  HWY_DYNAMIC_DISPATCH(forward_f32)(row, h, new_c);
}
void lstm_row(const LstmRow<double>& row, double* h, double* new_c) {
  HWY_DYNAMIC_DISPATCH(forward_f64)(row, h, new_c);
}
void lstm_row_gradient(const LstmRow<float>& row, const float* dh, const float* dnew_c, float* dz,
                       float* dc) {
  HWY_DYNAMIC_DISPATCH(backward_f32)(row, dh, dnew_c, dz, dc);
}
void lstm_row_gradient(const LstmRow<double>& row, const double* dh, const double* dnew_c, double* dz,
                       double* dc) {
  HWY_DYNAMIC_DISPATCH(backward_f64)(row, dh, dnew_c, dz, dc);
}

}  // namespace lacuna::kernels
#endif

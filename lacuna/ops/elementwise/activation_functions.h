// Activations: f(x), and f'(x) from x and y = f(x).
#pragma once
#include <algorithm>
#include <cmath>

#include "lacuna/kernels/gates.h"
#include "lacuna/ops/elementwise/unary_op.h"

namespace lacuna::unary {

struct Sigmoid : Smooth {
  static constexpr const char* kName = "sigmoid";
  template <class T>
  static T f(T x, const Parameters&) {
    return 1 / (1 + std::exp(-x));
  }
  template <class T>
  static T df(T, T y, const Parameters&) {
    return y * (1 - y);
  }
};

struct HardSigmoid : Smooth {
  static constexpr const char* kName = "hard_sigmoid";
  template <class T>
  static T f(T x, const Parameters&) {
    const T y = T(0.2) * x + T(0.5);
    return y < 0 ? T(0) : y > 1 ? T(1) : y;  // NaN stays.
  }
  template <class T>
  static T df(T, T y, const Parameters&) {
    return y > 0 && y < 1 ? T(0.2) : T(0);
  }
};

struct Tanh : Smooth {
  static constexpr const char* kName = "tanh";
  template <class T>
  static T f(T x, const Parameters&) {
    return std::tanh(x);
  }
  template <class T>
  static T df(T, T y, const Parameters&) {
    return 1 - y * y;
  }
};

struct Softplus : Smooth {
  static constexpr const char* kName = "softplus";
  template <class T>
  static T f(T x, const Parameters&) {
    return std::max(x, T(0)) + std::log1p(std::exp(-std::abs(x)));
  }
  template <class T>
  static T df(T x, T, const Parameters& p) {
    return Sigmoid::f(x, p);
  }
};

struct Softsign : Smooth {
  static constexpr const char* kName = "softsign";
  template <class T>
  static T f(T x, const Parameters&) {
    return x / (1 + std::abs(x));
  }
  template <class T>
  static T df(T x, T, const Parameters&) {
    const T d = 1 + std::abs(x);
    return 1 / (d * d);
  }
};

struct Elu : Smooth {
  static constexpr const char* kName = "elu";
  static std::vector<Parameters> tried() { return {{1.0}, {0.3}}; }
  template <class T>
  static T f(T x, const Parameters& p) {
    return x > 0 ? x : static_cast<T>(p.alpha) * std::expm1(x);
  }
  template <class T>
  static T df(T x, T y, const Parameters& p) {
    return x > 0 ? T(1) : y + static_cast<T>(p.alpha);
  }
};

struct Selu : Smooth {  // Klambauer et al., "Self-normalizing neural networks" (2017).
  static constexpr const char* kName = "selu";
  static constexpr double kAlpha = 1.6732632423543772848, kScale = 1.0507009873554804934;
  template <class T>
  static T f(T x, const Parameters&) {
    return T(kScale) * (x > 0 ? x : T(kAlpha) * std::expm1(x));
  }
  template <class T>
  static T df(T x, T y, const Parameters&) {
    return x > 0 ? T(kScale) : y + T(kScale * kAlpha);
  }
};

// Where there is no maximum, or the threshold lies between 0 and it.
struct Relu : Smooth {
  static constexpr const char* kName = "relu";
  static bool takes(const Parameters& p) { return p.high == HUGE_VAL || (p.low >= 0 && p.high >= p.low); }
  static std::vector<Parameters> tried() {
    return {{0, HUGE_VAL, 0}, {0.1, 1.0, 0}, {0, HUGE_VAL, -0.5}, {0, HUGE_VAL, 0.5}, {0.2, HUGE_VAL, 0.5}};
  }
  template <class T>
  static T f(T x, const Parameters& p) {
    const T alpha = static_cast<T>(p.alpha), high = static_cast<T>(p.high), low = static_cast<T>(p.low);
    const T below = alpha != 0 ? alpha * (x - low) : T(0);
    const T y = x < low ? below : x;  // NaN stays.
    return x >= high ? high : y;
  }
  template <class T>
  static T df(T x, T, const Parameters& p) {
    const T alpha = static_cast<T>(p.alpha), high = static_cast<T>(p.high), low = static_cast<T>(p.low);
    const T slope = x > low ? T(1) : alpha;
    return x >= high ? T(0) : slope;
  }
};

// Relu with any maximum and threshold: what is not below the threshold lies between 0 and p.high, as in
// Keras.
struct ClippedRelu : Smooth {
  static constexpr const char* kName = "clipped_relu";
  static std::vector<Parameters> tried() { return {{0.2, 2.0, -0.5}, {0.2, 0.0, 0.5}}; }
  template <class T>
  static T f(T x, const Parameters& p) {
    const T alpha = static_cast<T>(p.alpha), high = static_cast<T>(p.high), low = static_cast<T>(p.low);
    if (x < low) return alpha != 0 ? alpha * (x - low) : T(0);
    return x < 0 ? T(0) : x >= high ? high : x;  // NaN stays.
  }
  template <class T>
  static T df(T x, T, const Parameters& p) {
    if (x <= static_cast<T>(p.low)) return static_cast<T>(p.alpha);
    return x >= static_cast<T>(p.high) || x < 0 ? T(0) : T(1);
  }
};

struct Clip : Smooth {
  static constexpr const char* kName = "clip";
  static std::vector<Parameters> tried() { return {{0, 0.8, -0.5}, {0, 1.0, 0.5}}; }
  template <class T>
  static T f(T x, const Parameters& p) {
    const T high = static_cast<T>(p.high), low = static_cast<T>(p.low);
    const T y = x < low ? low : x;  // NaN stays.
    return y > high ? high : y;
  }
  template <class T>
  static T df(T x, T, const Parameters& p) {
    return x >= static_cast<T>(p.low) && x <= static_cast<T>(p.high) ? T(1) : T(0);
  }
};

template <>
inline constexpr double kBend<HardSigmoid> = 0;
template <>
inline constexpr double kBend<Relu> = 0;
template <>
inline constexpr double kBend<Clip> = 0;

// Of floats there are quicker loops.
template <>
inline constexpr Loops<float> kLoops<Tanh, float>{
    [](const float* x, float* y, size_t n, Parameters) { kernels::tanh(x, y, n); },
    kGradientLoop<Tanh, float>};
template <>
inline constexpr Loops<float> kLoops<Sigmoid, float>{
    [](const float* x, float* y, size_t n, Parameters) { kernels::sigmoid(x, y, n); },
    kGradientLoop<Sigmoid, float>};

}  // namespace lacuna::unary

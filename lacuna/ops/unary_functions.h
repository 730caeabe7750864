// The functions of unary: f(x), and f'(x) from x and y = f(x).
#pragma once
#include <algorithm>
#include <cmath>

namespace lacuna::unary {

// Of those that take any: alpha; largest; threshold, the smallest.
struct Parameters {
  double alpha = 0, high = 0, low = 0;
};

// df<T>(x, y) stands beside each. kSlope: whether a gradient flows.
struct Negative {
  static constexpr const char* kName = "negative";
  static constexpr bool kSlope = true;
  template <class T>
  static T f(T x, const Parameters&) {
    return -x;
  }
  template <class T>
  static T df(T, T, const Parameters&) {
    return T(-1);
  }
};

struct Sign {
  static constexpr const char* kName = "sign";
  static constexpr bool kSlope = false;
  template <class T>
  static T f(T x, const Parameters&) {
    return x > 0 ? T(1) : x < 0 ? T(-1) : x;
  }
  template <class T>
  static T df(T, T, const Parameters&) {
    return T(0);
  }
};

struct Abs {
  static constexpr const char* kName = "abs";
  static constexpr bool kSlope = true;
  template <class T>
  static T f(T x, const Parameters&) {
    return std::abs(x);
  }
  template <class T>
  static T df(T x, T, const Parameters& p) {
    return Sign::f(x, p);
  }
};

struct Square {
  static constexpr const char* kName = "square";
  static constexpr bool kSlope = true;
  template <class T>
  static T f(T x, const Parameters&) {
    return x * x;
  }
  template <class T>
  static T df(T x, T, const Parameters&) {
    return 2 * x;
  }
};

struct Sqrt {
  static constexpr const char* kName = "sqrt";
  static constexpr bool kSlope = true;
  template <class T>
  static T f(T x, const Parameters&) {
    return std::sqrt(x);
  }
  template <class T>
  static T df(T, T y, const Parameters&) {
    return T(0.5) / y;
  }
};

struct Exp {
  static constexpr const char* kName = "exp";
  static constexpr bool kSlope = true;
  template <class T>
  static T f(T x, const Parameters&) {
    return std::exp(x);
  }
  template <class T>
  static T df(T, T y, const Parameters&) {
    return y;
  }
};

struct Log {
  static constexpr const char* kName = "log";
  static constexpr bool kSlope = true;
  template <class T>
  static T f(T x, const Parameters&) {
    return std::log(x);
  }
  template <class T>
  static T df(T x, T, const Parameters&) {
    return 1 / x;
  }
};

struct Round {
  static constexpr const char* kName = "round";
  static constexpr bool kSlope = false;
  template <class T>
  static T f(T x, const Parameters&) {
    return std::nearbyint(x);
  }
  template <class T>
  static T df(T, T, const Parameters&) {
    return T(0);
  }
};

struct Sigmoid {
  static constexpr const char* kName = "sigmoid";
  static constexpr bool kSlope = true;
  template <class T>
  static T f(T x, const Parameters&) {
    return 1 / (1 + std::exp(-x));
  }
  template <class T>
  static T df(T, T y, const Parameters&) {
    return y * (1 - y);
  }
};

struct HardSigmoid {
  static constexpr const char* kName = "hard_sigmoid";
  static constexpr bool kSlope = true;
  template <class T>
  static T f(T x, const Parameters&) {
    return std::max(T(0), std::min(T(1), T(0.2) * x + T(0.5)));
  }
  template <class T>
  static T df(T, T y, const Parameters&) {
    return y > 0 && y < 1 ? T(0.2) : T(0);
  }
};

struct Tanh {
  static constexpr const char* kName = "tanh";
  static constexpr bool kSlope = true;
  template <class T>
  static T f(T x, const Parameters&) {
    return std::tanh(x);
  }
  template <class T>
  static T df(T, T y, const Parameters&) {
    return 1 - y * y;
  }
};

struct Softplus {
  static constexpr const char* kName = "softplus";
  static constexpr bool kSlope = true;
  template <class T>
  static T f(T x, const Parameters&) {
    return std::max(x, T(0)) + std::log1p(std::exp(-std::abs(x)));
  }
  template <class T>
  static T df(T x, T, const Parameters& p) {
    return Sigmoid::f(x, p);
  }
};

struct Softsign {
  static constexpr const char* kName = "softsign";
  static constexpr bool kSlope = true;
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

struct Elu {
  static constexpr const char* kName = "elu";
  static constexpr bool kSlope = true;
  template <class T>
  static T f(T x, const Parameters& p) {
    return x > 0 ? x : static_cast<T>(p.alpha) * std::expm1(x);
  }
  template <class T>
  static T df(T x, T y, const Parameters& p) {
    return x > 0 ? T(1) : y + static_cast<T>(p.alpha);
  }
};

struct Selu {  // Klambauer et al., "Self-normalizing neural networks" (2017).
  static constexpr const char* kName = "selu";
  static constexpr bool kSlope = true;
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

struct Relu {
  static constexpr const char* kName = "relu";
  static constexpr bool kSlope = true;
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

struct Clip {
  static constexpr const char* kName = "clip";
  static constexpr bool kSlope = true;
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

}  // namespace lacuna::unary

// Functions of mathematics: f(x), and f'(x) from x and y = f(x).
#pragma once
#include <cmath>
#include <limits>
#include <numbers>

#include "lacuna/ops/elementwise/unary_op.h"

namespace lacuna::unary {

// ψ(x) = d log Γ(x) / dx. ψ(x) = ψ(x + 1) - 1/x leads to larger x, where the asymptotic series holds; values
// below 0 are reflected.
template <class T>
T digamma(T at) {
  double x = static_cast<double>(at), result = 0;
  if (x <= 0) {
    if (x == std::floor(x)) return std::numeric_limits<T>::quiet_NaN();
    result = -std::numbers::pi / std::tan(std::numbers::pi * x);
    x = 1 - x;
  }
  for (; x < 10; ++x) result -= 1 / x;
  const double z = 1 / (x * x);  // Bernoulli numbers over 2k.
  const double tail =
      z *
      (1 / 12.0 - z * (1 / 120.0 - z * (1 / 252.0 - z * (1 / 240.0 - z * (1 / 132.0 - z * 691 / 32760.0)))));
  return static_cast<T>(result + std::log(x) - 0.5 / x - tail);
}

// log |Γ(x)|. Not lgamma, which writes a global variable.
template <class T>
T log_gamma(T x) {
  int sign = 0;
  return static_cast<T>(::lgamma_r(static_cast<double>(x), &sign));
}

// y with erf(y) = x, infinite at ±1: steps of Halley's method, which triple the correct digits, from a guess
// (Winitzki's, within 2e-3). Beyond 1/2 erfc is used, since erf loses digits near 1.
template <class T>
T inverse_erf(T at) {
  const double x = std::abs(static_cast<double>(at));
  if (!(x < 1)) return x == 1 ? at * std::numeric_limits<T>::infinity() : std::numeric_limits<T>::quiet_NaN();
  if (x < 1e-8) return static_cast<T>(static_cast<double>(at) / std::numbers::inv_sqrtpi * 0.5);
  constexpr double kGuess = 0.147;
  const double log = std::log1p(-x * x), half = 2 / (std::numbers::pi * kGuess) + log / 2;
  double y = std::sqrt(-log / kGuess / (std::sqrt(half * half - log / kGuess) + half));
  for (int step = 0; step < 3; ++step) {
    const double error = x > 0.5 ? (1 - x) - std::erfc(y) : std::erf(y) - x;
    const double newton = error / (2 * std::numbers::inv_sqrtpi * std::exp(-y * y));
    y -= newton / (1 + y * newton);
  }
  return static_cast<T>(std::copysign(y, static_cast<double>(at)));
}

template <class T>
T sign_of(T x) {  // NaN stays.
  return x > 0 ? T(1) : x < 0 ? T(-1) : x;
}

// value: an expression of x; slope: an expression of x and y.
#define LACUNA_SMOOTH(Type, word, domain, value, slope)                          \
  struct Type : Smooth {                                                         \
    static constexpr const char* kName = word;                                   \
    static constexpr Values kDomain = Values::domain;                            \
    template <class T>                                                           \
    static T f(T x, const Parameters&) {                                         \
      return static_cast<T>(value);                                              \
    }                                                                            \
    template <class T>                                                           \
    static T df([[maybe_unused]] T x, [[maybe_unused]] T y, const Parameters&) { \
      return static_cast<T>(slope);                                              \
    }                                                                            \
  };
#define LACUNA_STEP(Type, word, value)         \
  struct Type : Step {                         \
    static constexpr const char* kName = word; \
    template <class T>                         \
    static T f(T x, const Parameters&) {       \
      return static_cast<T>(value);            \
    }                                          \
  };

// Powers and absolute values.
LACUNA_SMOOTH(Negative, "negative", real, -x, -1)
LACUNA_SMOOTH(Abs, "abs", real, std::abs(x), sign_of(x))
LACUNA_SMOOTH(Square, "square", real, x* x, 2 * x)
LACUNA_SMOOTH(Sqrt, "sqrt", positive, std::sqrt(x), T(0.5) / y)
LACUNA_SMOOTH(Cbrt, "cbrt", real, std::cbrt(x), 1 / (3 * y * y))
LACUNA_SMOOTH(Reciprocal, "reciprocal", real, 1 / x, -y* y)
LACUNA_SMOOTH(Rsqrt, "rsqrt", positive, 1 / std::sqrt(x), T(-0.5) * y / x)
LACUNA_SMOOTH(Rcbrt, "rcbrt", real, 1 / std::cbrt(x), -y / (3 * x))

// Exponentials and logarithms.
LACUNA_SMOOTH(Exp, "exp", real, std::exp(x), y)
LACUNA_SMOOTH(Exp2, "exp2", real, std::exp2(x), y* std::numbers::ln2_v<T>)
LACUNA_SMOOTH(Expm1, "expm1", real, std::expm1(x), y + 1)
LACUNA_SMOOTH(Log, "log", positive, std::log(x), 1 / x)
LACUNA_SMOOTH(Log1p, "log1p", small, std::log1p(x), 1 / (1 + x))
LACUNA_SMOOTH(Log2, "log2", positive, std::log2(x), 1 / (x * std::numbers::ln2_v<T>))
LACUNA_SMOOTH(Log10, "log10", positive, std::log10(x), 1 / (x * std::numbers::ln10_v<T>))
LACUNA_SMOOTH(Erf, "erf", real, std::erf(x), 2 * std::numbers::inv_sqrtpi_v<T> * std::exp(-x * x))
LACUNA_SMOOTH(ErfInv, "erfinv", small, inverse_erf(x), std::exp(y* y) / (2 * std::numbers::inv_sqrtpi_v<T>))
LACUNA_SMOOTH(Gamma, "gamma", positive, std::tgamma(x), y* digamma(x))
LACUNA_SMOOTH(GammaLn, "gammaln", positive, log_gamma(x), digamma(x))

// Angles.
LACUNA_SMOOTH(Sin, "sin", real, std::sin(x), std::cos(x))
LACUNA_SMOOTH(Cos, "cos", real, std::cos(x), -std::sin(x))
LACUNA_SMOOTH(Tan, "tan", real, std::tan(x), 1 + y * y)
LACUNA_SMOOTH(Arcsin, "arcsin", small, std::asin(x), 1 / std::sqrt(1 - x * x))
LACUNA_SMOOTH(Arccos, "arccos", small, std::acos(x), -1 / std::sqrt(1 - x * x))
LACUNA_SMOOTH(Arctan, "arctan", real, std::atan(x), 1 / (1 + x * x))
LACUNA_SMOOTH(Sinh, "sinh", real, std::sinh(x), std::cosh(x))
LACUNA_SMOOTH(Cosh, "cosh", real, std::cosh(x), std::sinh(x))
LACUNA_SMOOTH(Arcsinh, "arcsinh", real, std::asinh(x), 1 / std::sqrt(x * x + 1))
LACUNA_SMOOTH(Arccosh, "arccosh", above_one, std::acosh(x), 1 / std::sqrt(x * x - 1))
LACUNA_SMOOTH(Arctanh, "arctanh", small, std::atanh(x), 1 / (1 - x * x))
LACUNA_SMOOTH(Degrees, "degrees", real, x*(180 / std::numbers::pi_v<T>), 180 / std::numbers::pi_v<T>)
LACUNA_SMOOTH(Radians, "radians", real, x*(std::numbers::pi_v<T> / 180), std::numbers::pi_v<T> / 180)

// Step functions have no gradient, except the two straight-through estimators (Bengio et al., arXiv
// 1308.3432), which pass it on.
LACUNA_STEP(Sign, "sign", sign_of(x))
LACUNA_STEP(Round, "round", std::nearbyint(x))
LACUNA_STEP(Ceil, "ceil", std::ceil(x))
LACUNA_STEP(Floor, "floor", std::floor(x))
LACUNA_STEP(Trunc, "trunc", std::trunc(x))
LACUNA_STEP(IsNan, "isnan", x != x)
LACUNA_STEP(IsInf, "isinf", std::isinf(x))
LACUNA_STEP(IsFinite, "isfinite", std::isfinite(x))
LACUNA_STEP(LogicalNot, "logical_not", x == 0)
LACUNA_SMOOTH(NanToNum, "nan_to_num", real,
              x != x ? T(0)
                     : std::min(std::max(x, std::numeric_limits<T>::lowest()), std::numeric_limits<T>::max()),
              std::isfinite(x))

template <class F>
struct PassedThrough : F {
  static constexpr bool kSlope = true;
  template <class T>
  static T df(T, T, const Parameters&) {
    return T(1);
  }
};
struct RoundSte : PassedThrough<Round> {
  static constexpr const char* kName = "round_ste";
};
struct SignSte : PassedThrough<Sign> {
  static constexpr const char* kName = "sign_ste";
};

#undef LACUNA_SMOOTH
#undef LACUNA_STEP

template <>
inline constexpr double kBend<Square> = 2;
template <>
inline constexpr double kBend<Negative> = 0;
template <>
inline constexpr double kBend<Abs> = 0;
template <>
inline constexpr double kBend<Degrees> = 0;
template <>
inline constexpr double kBend<Radians> = 0;
template <>
inline constexpr double kBend<NanToNum> = 0;
template <>
inline constexpr double kBend<RoundSte> = 0;
template <>
inline constexpr double kBend<SignSte> = 0;

}  // namespace lacuna::unary

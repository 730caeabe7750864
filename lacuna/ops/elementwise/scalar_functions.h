// Functions of x and a number s (p.alpha): f(x), and f'(x) from x and y = f(x).
#pragma once
#include <cmath>

#include "lacuna/ops/elementwise/unary_op.h"

namespace lacuna::unary {

// The remainder with the sign of the divisor.
template <class T>
T remainder_of(T x, T by) {
  const T r = std::fmod(x, by);
  return r != 0 && (r < 0) != (by < 0) ? r + by : r;
}

// value: an expression of x and s; slope: of x, y and s. The numbers at the end are values of s for tests:
// some keep zeros, some do not.
#define LACUNA_SMOOTH(Type, word, domain, value, slope, ...)                                        \
  struct Type : Smooth {                                                                            \
    static constexpr const char* kName = word;                                                      \
    static constexpr Values kDomain = Values::domain;                                               \
    static std::vector<Parameters> tried() { return {__VA_ARGS__}; }                                \
    template <class T>                                                                              \
    static T f(T x, const Parameters& p) {                                                          \
      const T s = static_cast<T>(p.alpha);                                                          \
      return static_cast<T>(value);                                                                 \
    }                                                                                               \
    template <class T>                                                                              \
    static T df([[maybe_unused]] T x, [[maybe_unused]] T y, [[maybe_unused]] const Parameters& p) { \
      [[maybe_unused]] const T s = static_cast<T>(p.alpha);                                         \
      return static_cast<T>(slope);                                                                 \
    }                                                                                               \
  };
LACUNA_SMOOTH(Power, "power_scalar", positive, std::pow(x, s), s == 0 ? T(0) : s * std::pow(x, s - 1), {3.0},
              {1.5}, {-0.5}, {0.0})
LACUNA_SMOOTH(PowerOf, "rpower_scalar", real, std::pow(s, x), y* std::log(s), {2.5})
LACUNA_SMOOTH(Maximum, "maximum_scalar", real, x < s || s != s ? s : x, x >= s, {-0.5}, {0.0}, {0.7})
LACUNA_SMOOTH(Minimum, "minimum_scalar", real, x > s || s != s ? s : x, x <= s, {-0.5}, {0.0}, {0.7})
LACUNA_SMOOTH(Mod, "mod_scalar", real, remainder_of(x, s), 1, {0.25}, {-0.25})
LACUNA_SMOOTH(ModOf, "rmod_scalar", real, remainder_of(s, x), -std::floor(s / x), {2.0})
LACUNA_SMOOTH(Hypot, "hypot_scalar", real, std::hypot(x, s), y == 0 ? T(0) : x / y, {0.0}, {1.5})
#undef LACUNA_SMOOTH

struct ShiftStored : Smooth {
  static constexpr const char* kName = "shift_stored";
  static constexpr bool kStored = true;
  static std::vector<Parameters> tried() { return {{-1.5}}; }
  template <class T>
  static T f(T x, const Parameters& p) {
    return x + static_cast<T>(p.alpha);
  }
  template <class T>
  static T df(T, T, const Parameters&) {
    return T(1);
  }
};

struct Fill : Step {
  static constexpr const char* kName = "fill";
  static std::vector<Parameters> tried() { return {{0.0}, {1.0}}; }
  template <class T>
  static T f(T, const Parameters& p) {
    return static_cast<T>(p.alpha);
  }
};

#define LACUNA_COMPARISON(Type, word, symbol)                                 \
  struct Type : Step {                                                        \
    static constexpr const char* kName = word;                                \
    static std::vector<Parameters> tried() { return {{-0.5}, {0.0}, {0.5}}; } \
    template <class T>                                                        \
    static T f(T x, const Parameters& p) {                                    \
      return static_cast<T>(x symbol static_cast<T>(p.alpha));                \
    }                                                                         \
  };
LACUNA_COMPARISON(Equal, "equal_scalar", ==)
LACUNA_COMPARISON(NotEqual, "not_equal_scalar", !=)
LACUNA_COMPARISON(Greater, "greater_scalar", >)
LACUNA_COMPARISON(GreaterEqual, "greater_equal_scalar", >=)
LACUNA_COMPARISON(Less, "less_scalar", <)
LACUNA_COMPARISON(LessEqual, "less_equal_scalar", <=)
#undef LACUNA_COMPARISON

template <>
inline constexpr double kBend<Maximum> = 0;
template <>
inline constexpr double kBend<Minimum> = 0;
template <>
inline constexpr double kBend<Mod> = 0;
template <>
inline constexpr double kBend<ModOf> = 0;
template <>
inline constexpr double kBend<ShiftStored> = 0;

}  // namespace lacuna::unary

// Makes ops of functions of one number: y = f(x), element by element, and its gradient.
//
//   dx = f'(x) dy, by an op of its own on (x, y, dy)
#pragma once
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "lacuna/base/error.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"

namespace lacuna::unary {

// The parameters of a function. alpha: a slope, or the number beside x; high: an upper limit; low: a lower
// limit or threshold.
struct Parameters {
  double alpha = 0, high = 0, low = 0;
};

// A function F has f(x, p), df(x, y, p) with y = f(x, p), kName, and the members of Smooth or Step.
struct Smooth {
  static constexpr bool kSlope = true;                     // Whether a gradient flows.
  static constexpr bool kStored = false;                   // Applies to stored values only, whatever f(0) is.
  static constexpr Values kDomain = Values::real;          // The values of x in tests,
  static std::vector<Parameters> tried() { return {{}}; }  // and the parameters.
};
struct Step : Smooth {
  static constexpr bool kSlope = false;
  template <class T>
  static T df(T, T, const Parameters&) {
    return T(0);
  }
};

// f'' where it is the same number almost everywhere, for example 0 for piecewise linear functions. NaN for
// all others; their gradient has no gradient of its own.
template <class F>
inline constexpr double kBend = std::numeric_limits<double>::quiet_NaN();

// The loops of f over n values, and of its gradient: dx is 0 where dy is 0, even where the slope is not
// finite.
template <class T>
struct Loops {
  void (*forward)(const T* x, T* y, size_t n, Parameters p);
  void (*gradient)(const T* x, const T* y, const T* dy, T* dx, size_t n, Parameters p);
};

// What an op needs to know about f.
struct Function {
  const char* name;
  std::string gradient_name;
  bool slope, stored;
  double bend;
  double (*at)(double, const Parameters&);
  Loops<float> of_float;
  Loops<double> of_double;

  template <class T>
  const Loops<T>& loops() const {
    if constexpr (std::is_same_v<T, float>) return of_float;
    else return of_double;
  }
};

struct Unary : Op {
  Unary(const Function& f, const Parameters& p) : function(f), parameters(p) {}
  const Function& function;
  const Parameters parameters;

  std::string_view cost(const Rule& rule) const override { return stored_values(rule.in[0]); }
  std::string key() const override {
    const auto bits = [](double v) { return std::bit_cast<uint64_t>(v); };
    return text(name(), ' ', bits(parameters.alpha), ' ', bits(parameters.high), ' ', bits(parameters.low));
  }

 protected:
  // Where f(0) = 0, sparse storages are kept. tables: dense only; dense and sparse; sparse only.
  const Rules& of(const Rules (&tables)[3]) const {
    return tables[function.stored ? 2 : function.at(0, parameters) == 0];
  }
};

struct Gradient final : Unary {
  using Unary::Unary;
  std::string_view name() const override { return function.gradient_name; }
  const Rules& rules() const override;
  std::vector<Spec> infer(std::span<const Spec> in) const override;
  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> d,
                               const std::vector<bool>& wanted) const override;
};

struct Forward final : Unary {
  using Unary::Unary;
  std::string_view name() const override { return function.name; }
  const Rules& rules() const override;
  std::vector<Spec> infer(std::span<const Spec> in) const override;
  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dy,
                               const std::vector<bool>& wanted) const override;
};

template <class F, class T>
inline constexpr auto kGradientLoop = [](const T* x, const T* y, const T* dy, T* dx, size_t n, Parameters p) {
  for (size_t i = 0; i < n; ++i) {
    const T product = F::df(x[i], y[i], p) * dy[i];
    dx[i] = dy[i] == 0 ? T(0) : product;
  }
};
template <class F, class T>
inline constexpr Loops<T> kLoops{[](const T* x, T* y, size_t n, Parameters p) {
                                   for (size_t i = 0; i < n; ++i) y[i] = F::f(x[i], p);
                                 },
                                 kGradientLoop<F, T>};

// The one Function of F.
template <class F>
const Function& function_of() {
  static const Function function{F::kName,         text(F::kName, "_gradient"),
                                 F::kSlope,        F::kStored,
                                 kBend<F>,         [](double x, const Parameters& p) { return F::f(x, p); },
                                 kLoops<F, float>, kLoops<F, double>};
  return function;
}

template <class F>
Symbol applied(const Symbol& x, const Parameters& p = {}) {
  return apply(std::make_shared<Forward>(function_of<F>(), p), {x});
}

// What f and its gradient are tested on, with each of the parameters.
std::vector<Example> forward_examples(const Function& f, const std::vector<Parameters>& tried, Values domain);
std::vector<Example> gradient_examples(const Function& f, const std::vector<Parameters>& tried,
                                       Values domain);

template <class F>
bool register_function() {
  const bool known =
      register_op(F::kName, [] { return forward_examples(function_of<F>(), F::tried(), F::kDomain); });
  return known && (!F::kSlope || register_op(function_of<F>().gradient_name, [] {
           return gradient_examples(function_of<F>(), F::tried(), F::kDomain);
         }));
}

template <class... F>
bool register_all() {
  return (register_function<F>() && ...);
}

}  // namespace lacuna::unary

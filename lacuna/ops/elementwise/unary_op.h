// The op that a function of one number becomes: y = f(x), element by element, and its gradient.
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
#include "lacuna/ops/parts/broadcast.h"
#include "lacuna/ops/parts/entries.h"

namespace lacuna::unary {

// Of functions that take any: alpha, or the number that stands beside x; largest; threshold, the smallest.
struct Parameters {
  double alpha = 0, high = 0, low = 0;
};

// What a function F is: f(x, p), df(x, y, p) with y = f(x, p), kName, and what stands in one of these.
struct Smooth {
  static constexpr bool kSlope = true;                     // Whether a gradient flows.
  static constexpr bool kStored = false;                   // Of what is stored alone, whatever f(0) is.
  static constexpr Values kDomain = Values::real;          // What it is tried on,
  static std::vector<Parameters> tried() { return {{}}; }  // and with.
};
struct Step : Smooth {
  static constexpr bool kSlope = false;
  template <class T>
  static T df(T, T, const Parameters&) {
    return T(0);
  }
};

// f'' where it is one number almost everywhere: 0 of what is straight between its kinks. NaN of all others,
// whose gradient has no gradient of its own.
template <class F>
inline constexpr double kBend = std::numeric_limits<double>::quiet_NaN();

using In = std::span<const Tensor* const>;
using Out = std::span<Tensor* const>;

// What f is known by, apart from its loops. Tables: without and with sparse storages, and those alone.
struct Function {
  const char* name;
  std::string gradient_name;
  bool slope, stored;
  double bend;
  double (*at)(double, const Parameters&);
  Rules forward[3], gradient[3];
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

  // Where f(0) = 0, the entries that are not stored stay so.
  const Rules& of(const Rules (&tables)[3]) const {
    return tables[function.stored ? 2 : function.at(0, parameters) == 0];
  }
};

struct Gradient final : Unary {
  using Unary::Unary;
  std::string_view name() const override { return function.gradient_name; }
  const Rules& rules() const override { return of(function.gradient); }
  std::vector<Spec> infer(std::span<const Spec> in) const override;
  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> d,
                               const std::vector<bool>& wanted) const override;
};

struct Forward final : Unary {
  using Unary::Unary;
  std::string_view name() const override { return function.name; }
  const Rules& rules() const override { return of(function.forward); }
  std::vector<Spec> infer(std::span<const Spec> in) const override;
  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dy,
                               const std::vector<bool>& wanted) const override;
};

// The tables of a kernel on `inputs` tensors with entries at the same places.
void fill_tables(size_t inputs, Kernel kernel, Rules (&tables)[3]);
// Throws unless x, y and dy have theirs so.
void require_same_entries(const Op& op, In in);

// The loops of one function.
template <class F>
struct Of {
  static double at(double x, const Parameters& p) { return F::f(x, p); }

  static void forward(const Op& op, Context&, In in, Out out) {
    with_float(F::kName, in[0]->dtype(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      const Parameters p = static_cast<const Unary&>(op).parameters;
      const T* x = entries<T>(*in[0]).data();
      const auto y = entries_like<T>(*in[0], *out[0]);
      parallel_for(y.size(), kGrain, [p, x, to = y.data()](size_t begin, size_t end) {
        for (size_t i = begin; i < end; ++i) to[i] = F::f(x[i], p);
      });
    });
  }

  // 0·x is 0: a slope that is not finite does not matter where no gradient comes.
  static void gradient(const Op& op, Context&, In in, Out out) {
    require_same_entries(op, in);
    with_float(F::kName, in[0]->dtype(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      const Parameters p = static_cast<const Unary&>(op).parameters;
      const T *x = entries<T>(*in[0]).data(), *y = entries<T>(*in[1]).data(), *dy = entries<T>(*in[2]).data();
      const auto dx = entries_like<T>(*in[0], *out[0]);
      parallel_for(dx.size(), kGrain, [p, x, y, dy, to = dx.data()](size_t begin, size_t end) {
        for (size_t i = begin; i < end; ++i) {
          const T product = F::df(x[i], y[i], p) * dy[i];
          to[i] = dy[i] == 0 ? T(0) : product;
        }
      });
    });
  }

  static const Function& function() {
    static const Function known = [] {
      Function f{F::kName, text(F::kName, "_gradient"), F::kSlope, F::kStored, kBend<F>, at, {}, {}};
      fill_tables(1, forward, f.forward);
      fill_tables(3, gradient, f.gradient);
      return f;
    }();
    return known;
  }
};

template <class F>
Symbol applied(const Symbol& x, const Parameters& p = {}) {
  return apply(std::make_shared<Forward>(Of<F>::function(), p), {x});
}

template <class F, class OpOf>
std::vector<Example> examples(size_t inputs) {
  std::vector<Example> result;
  for (const Parameters& p : F::tried())
    for (const Shape& shape : {Shape{None, 6}, Shape{}, Shape{None, 3, 2}})
      result.push_back({std::make_shared<OpOf>(Of<F>::function(), p),
                        std::vector<Example::Input>(inputs, {shape, DType::float32, F::kDomain})});
  return result;
}

template <class... F>
bool register_all() {
  return (register_op(F::kName, [] { return examples<F, Forward>(1); }) && ...) &&
         ((!F::kSlope ||
           register_op(Of<F>::function().gradient_name, [] { return examples<F, Gradient>(3); })) &&
          ...);
}

}  // namespace lacuna::unary

// Functions of one number, element by element: y = f(x).
//
//   dx = f'(x) dy, by an op of its own on (x, y, dy)
#include "lacuna/ops/unary.h"

#include <bit>
#include <cmath>
#include <cstdint>

#include "lacuna/base/error.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/broadcast.h"
#include "lacuna/ops/entries.h"
#include "lacuna/ops/unary_functions.h"

namespace lacuna {
namespace {

using unary::Parameters;

using In = std::span<const Tensor* const>;
using Out = std::span<Tensor* const>;

// The storages of `inputs` tensors with entries at the same places; sparse ones only where zero stays zero.
Rules table(size_t inputs, Kernel kernel, bool sparse) {
  using enum Storage;
  Rules rules;
  rules.rows.push_back({std::vector(inputs, dense), {dense}, kernel});
  if (sparse) rules.rows.push_back({std::vector(inputs, csr), {csr}, kernel});
  if (sparse) rules.rows.push_back({std::vector(inputs, row_sparse), {row_sparse}, kernel});
  return rules;
}

// What f is known by, apart from its loops. Tables: without and with sparse storages.
struct Function {
  const char* name;
  std::string gradient_name;
  bool slope;
  double (*at)(double, const Parameters&);
  Rules forward[2], gradient[2];
};

struct Unary : Op {
  Unary(const Function& f, const Parameters& p) : function(f), parameters(p) {}
  const Function& function;
  const Parameters parameters;

  std::string key() const override {
    const auto bits = [](double v) { return std::bit_cast<uint64_t>(v); };
    return text(name(), ' ', bits(parameters.alpha), ' ', bits(parameters.high), ' ', bits(parameters.low));
  }

  // Where f(0) = 0, the entries that are not stored stay so.
  bool keeps_zero() const { return function.at(0, parameters) == 0; }
};

struct UnaryGradient final : Unary {
  using Unary::Unary;
  std::string_view name() const override { return function.gradient_name; }

  const Rules& rules() const override { return function.gradient[keeps_zero()]; }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec &x = in[0], &y = in[1], &dy = in[2];
    require(is_float(x.dtype) && x.dtype == y.dtype && x.dtype == dy.dtype &&
                broadcasts_to(y.shape, x.shape) && x.shape.size() == y.shape.size() &&
                broadcasts_to(dy.shape, x.shape) && x.shape.size() == dy.shape.size(),
            name(), ": x, y and dy must have one shape and float dtype. Received: x=", x, ", y=", y,
            ", dy=", dy, ".");
    return {{x.shape, x.dtype, rule_for(*this, in).out[0]}};
  }
};

struct UnaryForward final : Unary {
  using Unary::Unary;
  std::string_view name() const override { return function.name; }

  const Rules& rules() const override { return function.forward[keeps_zero()]; }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    require(is_float(in[0].dtype), name(), ": x must have a float dtype. Received: x=", in[0], ".");
    return {{in[0].shape, in[0].dtype, rule_for(*this, in).out[0]}};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dy,
                               const std::vector<bool>&) const override {
    if (!function.slope) return {{}};
    const Symbol &x = node.in(0), y = apply(node.shared_op(), {x});
    return {apply(std::make_shared<UnaryGradient>(function, parameters), {x, y, dy[0]})};
  }
};

// The loops of one function, and what it is registered with.
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
    if (!same_entries(*in[0], *in[1]) || !same_entries(*in[0], *in[2])) [[unlikely]]
      throw InvalidArgument(text(
          op.name(), ": x, y and dy must have their entries at the same places. Received: x=", in[0]->spec(),
          ", y=", in[1]->spec(), ", dy=", in[2]->spec(), "."));
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
    static const Function known{F::kName,
                                text(F::kName, "_gradient"),
                                F::kSlope,
                                at,
                                {table(1, forward, false), table(1, forward, true)},
                                {table(3, gradient, false), table(3, gradient, true)}};
    return known;
  }
};

Symbol applied(const Function& function, const Symbol& x, const Parameters& p = {}) {
  return apply(std::make_shared<UnaryForward>(function, p), {x});
}

template <class F>
std::vector<Parameters> tried() {
  if (std::is_same_v<F, unary::Relu>)
    return {{0, HUGE_VAL, 0}, {0.1, 1.0, 0}, {0.2, 2.0, -0.5}, {0, HUGE_VAL, 0.5}, {0.2, HUGE_VAL, 0.5}};
  if (std::is_same_v<F, unary::Clip>) return {{0, 0.8, -0.5}, {0, 1.0, 0.5}};
  if (std::is_same_v<F, unary::Elu>) return {{1.0}, {0.3}};
  return {{}};
}

template <class F>
constexpr Values kDomain =
    std::is_same_v<F, unary::Sqrt> || std::is_same_v<F, unary::Log> ? Values::positive : Values::real;

template <class F>
std::vector<Example> forward_examples() {
  std::vector<Example> result;
  const auto input = [](Shape shape) { return Example::Input{std::move(shape), DType::float32, kDomain<F>}; };
  for (const Parameters& p : tried<F>()) {
    const auto op = std::make_shared<UnaryForward>(Of<F>::function(), p);
    result.push_back({op, {input({None, 6})}});
    result.push_back({op, {input({})}});
    result.push_back({op, {input({None, 3, 2})}});
  }
  return result;
}

template <class F>
std::vector<Example> gradient_examples() {
  std::vector<Example> result;
  const auto input = [](Shape shape) { return Example::Input{std::move(shape), DType::float32, kDomain<F>}; };
  for (const Parameters& p : tried<F>()) {
    const auto op = std::make_shared<UnaryGradient>(Of<F>::function(), p);
    result.push_back({op, {input({None, 6}), input({None, 6}), input({None, 6})}});
    result.push_back({op, {input({None, 3, 2}), input({None, 3, 2}), input({None, 3, 2})}});
  }
  return result;
}

template <class... F>
bool register_all() {
  return (register_op(F::kName, forward_examples<F>) && ...) &&
         ((!F::kSlope || register_op(Of<F>::function().gradient_name, gradient_examples<F>)) && ...);
}

const bool registered =
    register_all<unary::Abs, unary::Clip, unary::Elu, unary::Exp, unary::HardSigmoid, unary::Log,
                 unary::Negative, unary::Relu, unary::Round, unary::Selu, unary::Sigmoid, unary::Sign,
                 unary::Softplus, unary::Softsign, unary::Sqrt, unary::Square, unary::Tanh>();

}  // namespace

Symbol negative(const Symbol& x) { return applied(Of<unary::Negative>::function(), x); }
Symbol abs(const Symbol& x) { return applied(Of<unary::Abs>::function(), x); }
Symbol sign(const Symbol& x) { return applied(Of<unary::Sign>::function(), x); }
Symbol square(const Symbol& x) { return applied(Of<unary::Square>::function(), x); }
Symbol sqrt(const Symbol& x) { return applied(Of<unary::Sqrt>::function(), x); }
Symbol exp(const Symbol& x) { return applied(Of<unary::Exp>::function(), x); }
Symbol log(const Symbol& x) { return applied(Of<unary::Log>::function(), x); }
Symbol round(const Symbol& x) { return applied(Of<unary::Round>::function(), x); }
Symbol sigmoid(const Symbol& x) { return applied(Of<unary::Sigmoid>::function(), x); }
Symbol hard_sigmoid(const Symbol& x) { return applied(Of<unary::HardSigmoid>::function(), x); }
Symbol tanh(const Symbol& x) { return applied(Of<unary::Tanh>::function(), x); }
Symbol softplus(const Symbol& x) { return applied(Of<unary::Softplus>::function(), x); }
Symbol softsign(const Symbol& x) { return applied(Of<unary::Softsign>::function(), x); }
Symbol elu(const Symbol& x, double alpha) { return applied(Of<unary::Elu>::function(), x, {.alpha = alpha}); }
Symbol selu(const Symbol& x) { return applied(Of<unary::Selu>::function(), x); }

Symbol relu(const Symbol& x, double alpha, double max_value, double threshold) {
  require(max_value >= 0, "relu: max_value must not be negative. Received: max_value=", max_value, ".");
  return applied(Of<unary::Relu>::function(), x, {.alpha = alpha, .high = max_value, .low = threshold});
}

Symbol clip(const Symbol& x, double min_value, double max_value) {
  require(min_value <= max_value,
          "clip: min_value must not be above max_value. Received: min_value=", min_value,
          ", max_value=", max_value, ".");
  return applied(Of<unary::Clip>::function(), x, {.high = max_value, .low = min_value});
}

}  // namespace lacuna

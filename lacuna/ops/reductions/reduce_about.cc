// y = Σ g(x, c) over axes, with one c for each element of y. variance: (x - c)² / n around a mean; logsumexp:
// c + log Σ exp(x - c) with a maximum; equals_in, zeros_in: counts.
//
//   variance   dx = 2 (x - c) / n dy, no gradient for the mean    logsumexp   dx = exp(x - y) dy
#include "lacuna/ops/reductions/reduce_about.h"

#include <cmath>

#include "lacuna/ops/elementwise/unary.h"
#include "lacuna/ops/parts/cast.h"
#include "lacuna/ops/parts/entries.h"
#include "lacuna/ops/reductions/reduce_gradient.h"
#include "lacuna/ops/reductions/reduce_op.h"
#include "lacuna/ops/reductions/reduce_sparse_cpu.h"

namespace lacuna {
namespace {

using In = std::span<const Tensor* const>;
using Out = std::span<Tensor* const>;

// g: of an element and c. finish: of the sum, the number of elements, and c.
struct Variance {
  static constexpr const char* kName = "variance";
  template <class T>
  static T g(T x, T c) {
    return (x - c) * (x - c);
  }
  static double finish(double sum, double n, double) { return sum / n; }
};
struct LogSumExp {
  static constexpr const char* kName = "logsumexp";
  template <class T>
  static T base(T c) {  // An infinite maximum would give inf - inf.
    return std::isinf(c) ? T(0) : c;
  }
  template <class T>
  static T g(T x, T c) {
    return std::exp(x - base(c));
  }
  static double finish(double sum, double, double c) { return base(c) + std::log(sum); }
};
struct Equals {
  static constexpr const char* kName = "equals_in";
  template <class T>
  static T g(T x, T c) {
    return static_cast<T>(x == c);
  }
  static double finish(double sum, double, double) { return sum; }
};
struct Zeros {
  static constexpr const char* kName = "zeros_in";
  template <class T>
  static T g(T x, T) {
    return static_cast<T>(x == 0);
  }
  static double finish(double sum, double, double) { return sum; }
};

template <class G>
struct About final : Reduce {
  using Reduce::Reduce;
  std::string_view name() const override { return G::kName; }

  // Computes g for all stored elements, then sums.
  static void run(const Op& op, Context& context, In in, Out out) {
    const auto& self = static_cast<const About&>(op);
    const Tensor& x = *in[0];
    const Dims from = dims_of(x), c_dims = expand(dims_of(*in[1]), self.put_back());
    const cpu::Reduced goes = self.reduced(from.rank);
    const Result to = self.result(from);
    LACUNA_REQUIRE(dims_of(*in[1]) == to.dims, G::kName,
                   ": c must have the shape of the result. Received: x=", x.spec(), ", c=", in[1]->spec(),
                   ".");
    resize(out[0]->dense(), to.dims, x.dtype());
    with_float(G::kName, x.dtype(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      const auto values = entries<T>(x);
      const T* c = in[1]->dense().values<T>().data();
      T* g = context.scratch.get<T>(8, values.size()).data();
      const auto finish = [c, n = to.n](double sum, size_t missing, size_t o) {
        if (missing) sum += static_cast<double>(missing) * static_cast<double>(G::g(T(0), c[o]));
        return static_cast<T>(G::finish(sum, n, static_cast<double>(c[o])));
      };
      const auto to_y = cpu::results_to(out[0]->dense().values<T>().data(), finish);
      const cpu::Receiver<double> results(to_y);
      if (x.storage() == Storage::dense) {
        const Lines lines(from, c_dims, Dims{});
        lines.each([&, step = lines.step_a()](size_t place, size_t at, size_t, size_t n) {
          for (size_t i = 0; i < n; ++i) g[place + i] = G::g(values[place + i], c[at + i * step]);
        });
        return cpu::reduce<cpu::SumOf>(g, from, goes, results, context.scratch);
      }
      const Spread at = spread(G::kName, c_dims, from);
      for_entries(x, [&](size_t k, size_t r, size_t j) { g[k] = G::g(values[k], c[at(r, j)]); });
      if (x.storage() == Storage::csr)
        cpu::reduce_csr<cpu::SumOf>(x.csr(), g, goes, true, results, context.scratch);
      else cpu::reduce_rows<cpu::SumOf>(x.row_sparse(), g, goes, results, context.scratch);
    });
  }

  std::string_view cost(const Rule& rule) const override {
    return rule.in[0] == Storage::csr ? "rows + non-zeros + elements of the result" : Reduce::cost(rule);
  }

  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{
        {{dense, dense}, {dense}, run},
        {{csr, dense}, {dense}, run},
        {{row_sparse, dense}, {dense}, run},
    }};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec result = Reduce::infer(in)[0];
    LACUNA_REQUIRE(in[1].dtype == in[0].dtype && in[1].shape.size() == result.shape.size(), name(),
                   ": c must have the shape of the result and the dtype of x. Received: x=", in[0],
                   ", c=", in[1], ".");
    return {result};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dy,
                               const std::vector<bool>&) const override {
    const Symbol &x = node.in(0), &c = node.in(1);
    if constexpr (std::is_same_v<G, Variance>)
      return {reduce_gradient(ReduceGradient::variance, x, c, dy[0], put_back()), {}};
    if constexpr (std::is_same_v<G, LogSumExp>)
      return {
          reduce_gradient(ReduceGradient::logsumexp, x, apply(node.shared_op(), {x, c}), dy[0], put_back()),
          {}};
    return {{}, {}};
  }
};

template <class G>
Symbol about(const Symbol& x, const Symbol& c, const Axes& axes, bool keepdims) {
  return apply(std::make_shared<About<G>>(sorted_axes(x, axes), keepdims), {x, c});
}

template <class G>
bool registers() {
  return register_op(G::kName, [] { return reduce_examples<About<G>>(2); });
}
const bool reduce_about_registered =
    registers<Variance>() && registers<LogSumExp>() && registers<Equals>() && registers<Zeros>();

}  // namespace

Symbol equals_in(const Symbol& x, const Symbol& y, const Axes& axes, bool keepdims) {
  return about<Equals>(x, y, axes, keepdims);
}
Symbol zeros_in(const Symbol& x, const Symbol& y, const Axes& axes, bool keepdims) {
  return about<Zeros>(x, y, axes, keepdims);
}

Symbol var(const Symbol& x, const Axes& axes, bool keepdims) {
  if (!is_float(x.dtype())) return cast(var(cast(x, DType::float64), axes, keepdims), floatx());
  return about<Variance>(x, cast_storage(mean(x, axes, keepdims), Storage::dense), axes, keepdims);
}
Symbol stddev(const Symbol& x, const Axes& axes, bool keepdims) { return sqrt(var(x, axes, keepdims)); }
Symbol logsumexp(const Symbol& x, const Axes& axes, bool keepdims) {
  return about<LogSumExp>(x, cast_storage(max(x, axes, keepdims), Storage::dense), axes, keepdims);
}

}  // namespace lacuna

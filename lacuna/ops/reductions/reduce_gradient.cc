// reduce_gradient: dx = g(x, a, b) at the elements of x, with one a and one b for each line that was reduced.
#include "lacuna/ops/reductions/reduce_gradient.h"

#include <cmath>

#include "lacuna/base/error.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/parts/broadcast.h"
#include "lacuna/ops/parts/entries.h"

namespace lacuna {
namespace {

constexpr const char* kNames[] = {"extreme", "product", "norm", "variance", "logsumexp"};

// Calls f(g) with g(x, a, b, n) of the kind: a function of its own for each kind, so that loops have no
// branches.
template <class T, class F>
void with_kind(ReduceGradient kind, F&& f) {
  switch (kind) {
    case ReduceGradient::extreme:
      return f([](T x, T a, T b, T) { return x == a ? b : T(0); });
    case ReduceGradient::product:
      return f([](T x, T a, T b, T) { return x == 0 ? b : a / x; });
    case ReduceGradient::norm:
      return f([](T x, T a, T b, T) { return a == 0 ? T(0) : x / a * b; });
    case ReduceGradient::variance:  // 0·∞ counts as 0, as for stddev of equal values.
      return f([](T x, T a, T b, T n) { return x == a ? T(0) : 2 * (x - a) / n * b; });
    case ReduceGradient::logsumexp:
      return f([](T x, T a, T b, T) { return b == 0 ? T(0) : std::exp(x - a) * b; });
  }
}

struct Entrywise final : Op {
  Entrywise(ReduceGradient k, Axes a) : kind(k), axes(std::move(a)) {}
  const ReduceGradient kind;
  const Axes axes;

  std::string_view name() const override { return "reduce_gradient"; }
  std::string key() const override {
    std::string result = text(name(), ' ', kNames[static_cast<size_t>(kind)]);
    for (const int axis : axes) result += text(' ', axis);
    return result;
  }

  static void run(const Op& op, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
    const auto& self = static_cast<const Entrywise&>(op);
    const Tensor& x = *in[0];
    const Dims to = dims_of(x), line = expand(dims_of(*in[1]), self.axes);
    LACUNA_REQUIRE(broadcasts_to(line, to) && dims_of(*in[2]) == dims_of(*in[1]), self.name(),
                   ": a and b must broadcast to the shape of x. Received: x=", x.spec(),
                   ", a=", in[1]->spec(), ", b=", in[2]->spec(), ".");
    with_float("reduce_gradient", x.dtype(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      const T* from = entries<T>(x).data();
      const T *a = in[1]->dense().values<T>().data(), *b = in[2]->dense().values<T>().data();
      T* into = entries_like<T>(x, *out[0]).data();
      const T n = static_cast<T>(static_cast<double>(to.count()) / static_cast<double>(line.count()));
      with_kind<T>(self.kind, [&](auto g) {
        if (x.storage() != Storage::dense) {
          const Spread at = spread("reduce_gradient", line, to);
          return for_entries(x, [&](size_t k, size_t r, size_t c) {
            const size_t o = at(r, c);
            into[k] = g(from[k], a[o], b[o], n);
          });
        }
        const Lines lines(to, line, Dims{});
        lines.each([&, step = lines.step_a()](size_t place, size_t at, size_t, size_t count) {
          for (size_t i = 0; i < count; ++i)
            into[place + i] = g(from[place + i], a[at + i * step], b[at + i * step], n);
        });
      });
    });
  }

  // For row_sparse a and b: each line is a stored row of x, and a and b store the same rows.
  static void rows(const Op& op, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
    const tensor::RowSparse &x = in[0]->row_sparse(), &a = in[1]->row_sparse(), &b = in[2]->row_sparse();
    const size_t width = x.width();
    LACUNA_REQUIRE(
        a.width() == 1 && b.width() == 1 && same_bytes(x.ids, a.ids) && same_bytes(x.ids, b.ids), op.name(),
        ": a and b must have one value for each row of x, at the same places. Received: x=", in[0]->spec(),
        ", a=", in[1]->spec(), ", b=", in[2]->spec(), ".");
    with_float("reduce_gradient", x.dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      const T *from = x.values<T>().data(), *as = a.values<T>().data(), *bs = b.values<T>().data();
      T* into = entries_like<T>(*in[0], *out[0]).data();
      with_kind<T>(static_cast<const Entrywise&>(op).kind, [&](auto g) {
        parallel_for(x.row_ids().size(), std::max<size_t>(1, kGrain / (width + 1)),
                     [&](size_t begin, size_t end) {
                       for (size_t i = begin; i < end; ++i)
                         for (size_t j = i * width; j < (i + 1) * width; ++j)
                           into[j] = g(from[j], as[i], bs[i], static_cast<T>(width));
                     });
      });
    });
  }

  std::string_view cost(const Rule& rule) const override { return rows_and_stored(rule.in[0]); }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{
        {{dense, dense, dense}, {dense}, run},
        {{csr, dense, dense}, {csr}, run},
        {{row_sparse, dense, dense}, {row_sparse}, run},
        {{row_sparse, row_sparse, row_sparse}, {row_sparse}, rows},
    }};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec &x = in[0], &a = in[1], &b = in[2];
    Shape line = a.shape;
    bool fits = is_float(x.dtype) && x.dtype == a.dtype && x.dtype == b.dtype &&
                line.size() == b.shape.size() && line.size() + axes.size() <= x.shape.size();
    for (size_t i = 0; fits && i < axes.size(); ++i) line.insert(line.begin() + axes[i], 1);
    fits = fits && (x.storage == Storage::dense ? broadcasts_to(line, x.shape) : spreads_over(line, x.shape));
    LACUNA_REQUIRE(fits, name(),
                   ": a and b must broadcast to the shape of x and have its dtype. Received: x=", x,
                   ", a=", a, ", b=", b, ".");
    return {{x.shape, x.dtype, rule_for(*this, in).out[0]}};
  }
};

const bool reduce_gradient_registered = register_op("reduce_gradient", [] {
  std::vector<Example> examples;
  for (size_t k = 0; k < std::size(kNames); ++k) {
    const auto op = [k](Axes axes) {
      return std::make_shared<Entrywise>(static_cast<ReduceGradient>(k), std::move(axes));
    };
    examples.push_back({op({1}), {{{None, 5}}, {{None}}, {{None}}}});
    examples.push_back({op({0}), {{{None, 5}}, {{5}}, {{5}}}});
    examples.push_back({op({}), {{{None, 5}}, {{}}, {{}}}});
    examples.push_back({op({0, 2}), {{{None, 3, 2}}, {{3}}, {{3}}}});
    examples.push_back({op({}), {{{None, 3, 2}}, {{None, 1, 1}}, {{None, 1, 1}}}});
  }
  return examples;
});

}  // namespace

Symbol reduce_gradient(ReduceGradient kind, const Symbol& x, const Symbol& a, const Symbol& b,
                       const Axes& axes) {
  return apply(std::make_shared<Entrywise>(kind, axes), {x, a, b});
}

}  // namespace lacuna

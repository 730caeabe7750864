// sum, mean and max over axes.
//
//   sum, mean    dx = dy repeated along the axes (for the mean, over their number), at the entries of a
//   sparse x max          dx = dy where x is the largest, shared by ties
#include "lacuna/ops/reduce.h"

#include <algorithm>

#include "lacuna/base/error.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/arithmetic.h"
#include "lacuna/ops/broadcast_at.h"
#include "lacuna/ops/compare.h"
#include "lacuna/ops/entries.h"
#include "lacuna/ops/ids.h"
#include "lacuna/ops/reduce_cpu.h"

namespace lacuna {
namespace {

using In = std::span<const Tensor* const>;
using Out = std::span<Tensor* const>;

struct Reduce : Op {
  Reduce(Axes a, bool keep) : axes(std::move(a)), keepdims(keep) {}
  const Axes axes;  // Ascending, none negative; none at all for all of them.
  const bool keepdims;

  std::string key() const override {
    std::string result = text(name(), keepdims ? " keepdims" : "");
    for (const int axis : axes) result += text(' ', axis);
    return result;
  }

  cpu::Reduced reduced(size_t rank) const {
    cpu::Reduced result{};
    for (size_t i = 0; i < rank; ++i)
      result[i] = axes.empty() || std::ranges::find(axes, static_cast<int>(i)) != axes.end();
    return result;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec& x = in[0];
    const size_t rank = x.shape.size();
    require(is_float(x.dtype) && rank <= kMaxRank, name(),
            ": x must have a float dtype and rank 8 at most. Received: x=", x, ".");
    for (const int axis : axes)
      require(axis >= 0 && axis < static_cast<int>(rank), name(),
              ": an axis must be within the rank of x. Received: axis=", axis, ", x=", x, ".");
    require(x.storage != Storage::row_sparse || axes.empty() || axes.size() == rank, name(),
            ": a row_sparse tensor is summed over all axes. Received: axes=", axes.size(), ", x=", x, ".");
    const cpu::Reduced goes = reduced(rank);
    Shape shape;
    for (size_t i = 0; i < rank; ++i)
      if (!goes[i]) shape.push_back(x.shape[i]);
      else if (keepdims) shape.push_back(1);
    return {{shape, x.dtype, rule_for(*this, in).out[0]}};
  }

  // Gives y its shape; the number of elements that one of y is made of.
  double prepare(const Tensor& x, const cpu::Reduced& goes, tensor::Dense& y) const {
    const Dims from = dims_of(x);
    Dims to;
    size_t n = 1;
    for (size_t i = 0; i < from.rank; ++i) {
      if (goes[i]) n *= from[i];
      if (!goes[i] || keepdims) to.size[to.rank++] = goes[i] ? 1 : from[i];
    }
    resize(y, to, x.dtype());
    return static_cast<double>(n);
  }
};

template <bool kMean>
struct Sum final : Reduce {
  using Reduce::Reduce;
  static constexpr const char* kName = kMean ? "mean" : "sum";
  std::string_view name() const override { return kName; }

  static void dense(const Op& op, Context& context, In in, Out out) {
    const auto& self = static_cast<const Sum&>(op);
    const Dims dims = dims_of(*in[0]);
    const cpu::Reduced goes = self.reduced(dims.rank);
    const double n = self.prepare(*in[0], goes, out[0]->dense());
    with_float(kName, in[0]->dtype(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      cpu::reduce<cpu::SumOf>(in[0]->dense().values<T>().data(), dims, goes, kMean ? n : 1.0,
                              out[0]->dense().values<T>().data(), context.scratch);
    });
  }

  static void sparse(const Op& op, Context& context, In in, Out out) {
    const auto& self = static_cast<const Sum&>(op);
    const cpu::Reduced goes = self.reduced(2);
    const double n = self.prepare(*in[0], self.reduced(dims_of(*in[0]).rank), out[0]->dense());
    const double divisor = kMean ? n : 1.0;
    with_float(kName, in[0]->dtype(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      const auto x = entries<T>(*in[0]);
      const auto y = out[0]->dense().values<T>();
      const auto as_is = [](double v) { return v; };
      if (in[0]->storage() == Storage::row_sparse || (goes[0] && goes[1])) {
        y[0] = static_cast<T>(
            cpu::reduce_all<cpu::SumOf>(x.data(), x.size(), 0.0, as_is, context.scratch, 0) / divisor);
        return;
      }
      with_index(in[0]->csr(), [&](auto indices, auto indptr) {
        if (goes[1]) {
          parallel_for(y.size(), std::max<size_t>(1, kGrain * y.size() / (x.size() + y.size() + 1)),
                       [&](size_t begin, size_t end) {
                         for (size_t r = begin; r < end; ++r) {
                           const auto first = static_cast<size_t>(indptr[r]),
                                      last = static_cast<size_t>(indptr[r + 1]);
                           const double all =
                               cpu::reduce_line<cpu::SumOf>(x.data() + first, last - first, 0.0, as_is);
                           y[r] = static_cast<T>(all / divisor);
                         }
                       });
          return;
        }
        const auto columns = context.scratch.get<double>(0, y.size());
        std::fill(columns.begin(), columns.end(), 0.0);
        for (size_t k = 0; k < x.size(); ++k)
          columns[static_cast<size_t>(indices[k])] += static_cast<double>(x[k]);
        for (size_t c = 0; c < y.size(); ++c) y[c] = static_cast<T>(columns[c] / divisor);
      });
    });
  }

  const Rules& rules() const override {
    static const Rules rules{{
        {{Storage::dense}, {Storage::dense}, dense},
        {{Storage::csr}, {Storage::dense}, sparse},
        {{Storage::row_sparse}, {Storage::dense}, sparse},
    }};
    return rules;
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dy,
                               const std::vector<bool>&) const override {
    return {spread_gradient(dy[0], node.in(0), keepdims ? Axes{} : axes, kMean)};
  }
};

struct Max final : Reduce {
  using Reduce::Reduce;
  std::string_view name() const override { return "max"; }

  static void dense(const Op& op, Context& context, In in, Out out) {
    const auto& self = static_cast<const Max&>(op);
    const Dims dims = dims_of(*in[0]);
    const cpu::Reduced goes = self.reduced(dims.rank);
    self.prepare(*in[0], goes, out[0]->dense());
    with_float("max", in[0]->dtype(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      cpu::reduce<cpu::MaxOf>(in[0]->dense().values<T>().data(), dims, goes, 1.0,
                              out[0]->dense().values<T>().data(), context.scratch);
    });
  }

  const Rules& rules() const override {
    static const Rules rules{{{{Storage::dense}, {Storage::dense}, dense}}};
    return rules;
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dy,
                               const std::vector<bool>&) const override {
    const Symbol& x = node.in(0);
    const Axes put_back = keepdims ? Axes{} : axes;
    const Symbol largest = equal(x, broadcast_like(max(x, axes, keepdims), x, put_back));
    return {multiply(largest, broadcast_like(divide(dy[0], sum(largest, axes, keepdims)), x, put_back))};
  }
};

template <class T>
std::vector<Example> examples() {
  const auto op = [](Axes axes, bool keepdims) { return std::make_shared<T>(axes, keepdims); };
  return {{op({}, false), {{{None, 4}}}},
          {op({}, true), {{{None, 4}}}},
          {op({0}, false), {{{None, 4}}}},
          {op({1}, false), {{{None, 4}}}},
          {op({0}, true), {{{None, 300}}}},
          {op({1}, true), {{{None, 20}}}},
          {op({0, 1}, false), {{{None, 4}}}},
          {op({}, false), {{{None}}}},
          {op({1}, false), {{{None, 3, 2}}}},
          {op({0, 2}, false), {{{None, 3, 2}}}},
          {op({0, 2, 4}, true), {{{None, 2, 3, 2, 2}}}},
          {op({}, false), {{{None, 3, 2}}}}};
}

const bool registered = register_op("sum", examples<Sum<false>>) &&
                        register_op("mean", examples<Sum<true>>) && register_op("max", examples<Max>);

template <class T>
Symbol reduced(const Symbol& x, Axes axes, bool keepdims) {
  for (int& axis : axes) axis += axis < 0 ? static_cast<int>(x.rank()) : 0;
  std::ranges::sort(axes);
  axes.erase(std::ranges::unique(axes).begin(), axes.end());
  return apply(std::make_shared<T>(std::move(axes), keepdims), {x});
}

}  // namespace

Symbol sum(const Symbol& x, const Axes& axes, bool keepdims) {
  return reduced<Sum<false>>(x, axes, keepdims);
}
Symbol mean(const Symbol& x, const Axes& axes, bool keepdims) {
  return reduced<Sum<true>>(x, axes, keepdims);
}
Symbol max(const Symbol& x, const Axes& axes, bool keepdims) { return reduced<Max>(x, axes, keepdims); }

}  // namespace lacuna

// broadcast_like: x repeated to the shape of another tensor; broadcast_at: only at the entries of that
// tensor.
//
//   dx = dy summed over the axes along which x was repeated
#include "lacuna/base/error.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/parts/alias.h"
#include "lacuna/ops/parts/broadcast.h"
#include "lacuna/ops/parts/broadcast_at.h"
#include "lacuna/ops/parts/csr_line.h"
#include "lacuna/ops/parts/entries.h"
#include "lacuna/ops/parts/row_index.h"
#include "lacuna/ops/parts/sum.h"
#include "lacuna/ops/parts/sum_like.h"

namespace lacuna {
namespace {

using In = std::span<const Tensor* const>;
using Out = std::span<Tensor* const>;

struct Broadcast : Op {
  Broadcast(Axes a, bool mean) : axes(std::move(a)), average(mean) {}
  const Axes axes;
  const bool average;

  std::string key() const override {
    std::string result = text(name(), average ? " average" : "");
    for (const int axis : axes) result += text(' ', axis);
    return result;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec &x = in[0], &like = in[1];
    Shape shape = x.shape;
    bool fits = is_float(x.dtype) && x.dtype == like.dtype && shape.size() + axes.size() <= like.shape.size();
    for (size_t i = 0; fits && i < axes.size(); ++i) {  // Ascending.
      fits = axes[i] >= 0 && static_cast<size_t>(axes[i]) <= shape.size();
      if (fits) shape.insert(shape.begin() + axes[i], 1);
    }
    const Storage out = rule_for(*this, in).out[0];
    // A sparse x must have the shape of `like`, or be csr of one row or one column. A row_sparse x is not
    // repeated along its rows, since each has an id.
    if (fits && x.storage == Storage::csr)
      fits = shape.size() == 2 && (spreads_over(like.shape, shape) || shape[0] == 1 || shape[1] == 1);
    if (fits && x.storage == Storage::row_sparse)
      fits = shape.size() >= 2 && (shape[0] != 1 || like.shape[0] == 1);
    fits =
        fits && (out == Storage::dense ? broadcasts_to(shape, like.shape) : spreads_over(shape, like.shape));
    LACUNA_REQUIRE(fits && like.shape.size() <= kMaxRank, name(),
                   ": x must broadcast to the shape of like and have its dtype. Received: x=", x,
                   ", like=", like, ".");
    return {{like.shape, x.dtype, out}};
  }

  // What values are multiplied with: 1, or for an average 1 / (elements of `to` per element of x).
  double factor(const Dims& x, const Dims& to) const {
    return average ? static_cast<double>(x.count()) / static_cast<double>(to.count()) : 1.0;
  }
};

struct BroadcastLike final : Broadcast {
  using Broadcast::Broadcast;
  std::string_view name() const override { return "broadcast_like"; }

  static void to_dense(const Op& op, Context&, In in, Out out) {
    const auto& self = static_cast<const BroadcastLike&>(op);
    const Dims x = expand(dims_of(*in[0]), self.axes), to = dims_of(*in[1]);
    LACUNA_REQUIRE(broadcast("broadcast_like", x, to) == to,
                   "broadcast_like: x must broadcast to the shape of like. Received: x=", in[0]->spec(),
                   ", like=", in[1]->spec(), ".");
    with_float("broadcast_like", in[0]->dtype(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      tensor::Dense& y = out[0]->dense();
      resize(y, to, in[0]->dtype());
      const T* from = in[0]->dense().values<T>().data();
      T* into = y.values<T>().data();
      const T factor = static_cast<T>(self.factor(x, to));
      const Lines lines(to, x, Dims{});
      lines.each([&](size_t place, size_t at, size_t, size_t n) {
        if (lines.step_a())
          for (size_t i = 0; i < n; ++i) into[place + i] = from[at + i] * factor;
        else std::fill_n(into + place, n, from[at] * factor);
      });
    });
  }

  std::string_view cost(const Rule&) const override { return "elements"; }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{
        {{dense, dense}, {dense}, to_dense},
        {{dense, csr}, {dense}, to_dense},
        {{dense, row_sparse}, {dense}, to_dense},
    }};
    return rules;
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dy,
                               const std::vector<bool>& wanted) const override {
    if (!wanted[0]) return {{}, {}};
    if (average) return Op::gradient(node, dy, wanted);
    return {sum_like(axes.empty() ? dy[0] : sum(dy[0], axes), node.in(0)), {}};
  }
};

struct BroadcastAt final : Broadcast {
  using Broadcast::Broadcast;
  std::string_view name() const override { return "broadcast_at"; }

  static void dense_at(const Op& op, Context&, In in, Out out) {
    const auto& self = static_cast<const BroadcastAt&>(op);
    const Dims x = expand(dims_of(*in[0]), self.axes), to = dims_of(*in[1]);
    const Spread at = spread("broadcast_at", x, to);
    with_float("broadcast_at", in[0]->dtype(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      const T* from = in[0]->dense().values<T>().data();
      T* into = entries_like<T>(*in[1], *out[0]).data();
      const T factor = static_cast<T>(self.factor(x, to));
      for_entries(*in[1], [=](size_t k, size_t r, size_t c) { into[k] = from[at(r, c)] * factor; });
    });
  }

  static void line_at(const CsrLine& at, double one_of, In in, Out out) {
    with_float("broadcast_at", in[0]->dtype(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      const T* from = entries<T>(*in[0]).data();
      T* into = entries_like<T>(*in[1], *out[0]).data();
      const T factor = static_cast<T>(one_of);
      for_entries(*in[1], [&](size_t k, size_t r, size_t c) {
        const int64_t place = at(r, c);
        into[k] = place < 0 ? T(0) : from[place] * factor;
      });
    });
  }

  static void csr_at(const Op& op, Context& context, In in, Out out) {
    if (same_entries(*in[0], *in[1])) return alias(*in[0], *out[0]);
    const tensor::Csr &x = in[0]->csr(), &like = in[1]->csr();
    if (CsrLine::is(x) && (x.rows == 1 || x.rows == like.rows) &&
        (x.columns == 1 || x.columns == like.columns))
      return line_at(CsrLine(context.scratch, 0, x),
                     static_cast<const BroadcastAt&>(op).factor(dims_of(*in[0]), dims_of(*in[1])), in, out);
    LACUNA_REQUIRE(x.rows == like.rows && x.columns == like.columns,
                   "broadcast_at: x must have the shape of like. Received: x=", in[0]->spec(),
                   ", like=", in[1]->spec(), ".");
    with_float("broadcast_at", in[0]->dtype(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      const T* from = x.values<T>().data();
      T* into = entries_like<T>(*in[1], *out[0]).data();
      const auto rows = static_cast<size_t>(x.rows);
      const auto meet = [&](auto indices, auto indptr, auto from_indices, auto from_indptr) {
        parallel_for(rows, row_grain(rows, x.nonzeros() + like.nonzeros()), [&](size_t begin, size_t end) {
          for (size_t r = begin; r < end; ++r) {
            auto j = static_cast<size_t>(from_indptr[r]);
            const auto stop = static_cast<size_t>(from_indptr[r + 1]);
            for (auto k = static_cast<size_t>(indptr[r]); k < static_cast<size_t>(indptr[r + 1]); ++k) {
              while (j < stop && from_indices[j] < indices[k]) ++j;
              into[k] = j < stop && from_indices[j] == indices[k] ? from[j] : T(0);
            }
          }
        });
      };
      with_index(like,
                 [&](auto... of_like) { with_index(x, [&](auto... of_x) { meet(of_like..., of_x...); }); });
    });
  }

  static void rows_at(const Op& op, Context& context, In in, Out out) {
    if (same_entries(*in[0], *in[1])) return alias(*in[0], *out[0]);
    const RowIndex index(context.scratch, 0, in[0]->row_sparse().row_ids());
    const auto ids = in[1]->row_sparse().row_ids();
    const size_t width = in[1]->row_sparse().width(), from_width = in[0]->row_sparse().width();
    LACUNA_REQUIRE(from_width == width || from_width == 1,
                   "broadcast_at: rows of x must be as wide as those of like, or 1. Received: x=",
                   in[0]->spec(), ", like=", in[1]->spec(), ".");
    const double one_of = static_cast<const BroadcastAt&>(op).factor(dims_of(*in[0]), dims_of(*in[1]));
    with_float("broadcast_at", in[0]->dtype(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      const T* from = entries<T>(*in[0]).data();
      T* into = entries_like<T>(*in[1], *out[0]).data();
      const T factor = static_cast<T>(one_of);
      parallel_for(ids.size(), std::max<size_t>(1, kGrain / (width + 1)), [&](size_t begin, size_t end) {
        for (size_t i = begin; i < end; ++i) {
          const int32_t at = index[ids[i]];
          const T* row = from + static_cast<size_t>(at) * from_width;
          if (at < 0) std::fill_n(into + i * width, width, T(0));
          else if (from_width == width) std::copy_n(row, width, into + i * width);
          else std::fill_n(into + i * width, width, *row * factor);
        }
      });
    });
  }

  std::string_view cost(const Rule& rule) const override { return rows_and_stored(rule.out[0]); }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{
        {{dense, csr}, {csr}, dense_at},
        {{csr, csr}, {csr}, csr_at},
        {{dense, row_sparse}, {row_sparse}, dense_at},
        {{row_sparse, row_sparse}, {row_sparse}, rows_at},
    }};
    return rules;
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dy,
                               const std::vector<bool>& wanted) const override {
    const Symbol &x = node.in(0), &like = node.in(1);
    if (!wanted[0]) return {{}, {}};
    const bool sparse = x.storage() != Storage::dense, spreads = !spreads_over(like.shape(), x.shape());
    if (average || (x.storage() == Storage::row_sparse && spreads)) return Op::gradient(node, dy, wanted);
    if (sparse && spreads) return {sum_like(broadcast_at(dy[0], like), x), {}};
    return {sparse ? broadcast_at(dy[0], x) : sum_like(axes.empty() ? dy[0] : sum(dy[0], axes), x), {}};
  }
};

std::vector<Example> like_examples() {
  const auto plain = std::make_shared<BroadcastLike>(Axes{}, false);
  return {{plain, {{{4}}, {{None, 4}}}},
          {plain, {{{}}, {{None, 4}}}},
          {plain, {{{None, 1, 2}}, {{None, 3, 2}}}},
          {std::make_shared<BroadcastLike>(Axes{0}, false), {{{4}}, {{None, 4}}}},
          {std::make_shared<BroadcastLike>(Axes{1}, false), {{{None}}, {{None, 4}}}},
          {std::make_shared<BroadcastLike>(Axes{0, 2}, true), {{{3}}, {{None, 3, 2}}}}};
}
std::vector<Example> at_examples() {
  const auto plain = std::make_shared<BroadcastAt>(Axes{}, false);
  return {{plain, {{{None, 4}}, {{None, 4}}}},
          {plain, {{{4}}, {{None, 4}}}},
          {plain, {{{}}, {{None, 4}}}},
          {plain, {{{None, 3, 2}}, {{None, 3, 2}}}},
          {plain, {{{None, 1}}, {{None, 4}}}},
          {plain, {{{1, 4}}, {{None, 4}}}},
          {std::make_shared<BroadcastAt>(Axes{}, true), {{{None, 1}}, {{None, 4}}}},
          {std::make_shared<BroadcastAt>(Axes{}, true), {{{1, 4}}, {{None, 4}}}},
          {std::make_shared<BroadcastAt>(Axes{}, true), {{{None, 1, 1}}, {{None, 3, 2}}}},
          {std::make_shared<BroadcastAt>(Axes{0}, false), {{{4}}, {{None, 4}}}},
          {std::make_shared<BroadcastAt>(Axes{1}, true), {{{None}}, {{None, 4}}}}};
}
const bool broadcast_like_registered =
    register_op("broadcast_like", like_examples) && register_op("broadcast_at", at_examples);

}  // namespace

Symbol broadcast_like(const Symbol& x, const Symbol& like, const Axes& axes) {
  return apply(std::make_shared<BroadcastLike>(axes, false), {x, like});
}

Symbol broadcast_at(const Symbol& x, const Symbol& like, const Axes& axes, bool average) {
  return apply(std::make_shared<BroadcastAt>(axes, average), {x, like});
}

Symbol spread_gradient(const Symbol& x, const Symbol& like, const Axes& axes, bool average) {
  if (like.storage() != Storage::dense) return broadcast_at(x, like, axes, average);
  return apply(std::make_shared<BroadcastLike>(axes, average), {x, like});
}

}  // namespace lacuna

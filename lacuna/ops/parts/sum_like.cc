// sum_like: x summed over the axes along which another tensor was broadcast to its shape; sum_at: the same at
// the entries of that tensor only.
//
//   dx = dy repeated
#include "lacuna/ops/parts/sum_like.h"
#include "lacuna/base/error.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/parts/alias.h"
#include "lacuna/ops/parts/broadcast.h"
#include "lacuna/ops/parts/broadcast_at.h"
#include "lacuna/ops/parts/csr_line.h"
#include "lacuna/ops/parts/entries.h"
#include "lacuna/ops/parts/gradient_at.h"
#include "lacuna/ops/parts/reduce_cpu.h"

namespace lacuna {
namespace {

using In = std::span<const Tensor* const>;
using Out = std::span<Tensor* const>;

void dense_like(const Op&, Context& context, In in, Out out) {
  const tensor::Dense& x = in[0]->dense();
  const Dims from = dims_of(*in[0]), to = dims_of(*in[1]);
  if (from == to) return alias(x, out[0]->dense());
  LACUNA_REQUIRE(broadcast("sum_like", from, to) == from,
                 "sum_like: like must broadcast to the shape of x. Received: x=", in[0]->spec(),
                 ", like=", in[1]->spec(), ".");
  cpu::Reduced goes{};
  for (size_t i = 0; i < from.rank; ++i) goes[from.rank - 1 - i] = to.back(i) == 1;
  tensor::Dense& y = out[0]->dense();
  resize(y, to, x.dtype);
  with_float("sum_like", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto to_y =
        cpu::results_to(y.values<T>().data(), [](double sum, size_t, size_t) { return static_cast<T>(sum); });
    cpu::reduce<cpu::SumOf>(x.values<T>().data(), from, goes, cpu::Receiver<double>(to_y), context.scratch);
  });
}

void sparse_like(const Op&, Context& context, In in, Out out) {
  const Dims to = dims_of(*in[1]);
  const Spread at = spread("sum_like", to, dims_of(*in[0]));
  tensor::Dense& y = out[0]->dense();
  resize(y, to, in[0]->dtype());
  with_float("sum_like", in[0]->dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* x = entries<T>(*in[0]).data();
    const auto add_up = [&](auto* sums) {
      each_entry(*in[0], [=](size_t k, size_t r, size_t c) { sums[at(r, c)] += x[k]; });
    };
    const auto values = y.values<T>();
    std::fill(values.begin(), values.end(), T(0));
    if (at.row && at.column) {  // At most one entry per sum: no need for double.
      add_up(values.data());
    } else {
      const auto sums = context.scratch.get<double>(0, values.size());
      std::fill(sums.begin(), sums.end(), 0.0);
      add_up(sums.data());
      std::transform(sums.begin(), sums.end(), values.begin(), [](double v) { return static_cast<T>(v); });
    }
  });
}

void csr_at(const Op&, Context& context, In in, Out out) {
  const tensor::Csr &x = in[0]->csr(), &like = in[1]->csr();
  LACUNA_REQUIRE(CsrLine::is(like) && (like.rows == 1 || like.rows == x.rows) &&
                     (like.columns == 1 || like.columns == x.columns),
                 "sum_at: like must be one row or one column of x. Received: x=", in[0]->spec(),
                 ", like=", in[1]->spec(), ".");
  const CsrLine at(context.scratch, 1, like);
  with_float("sum_at", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* from = entries<T>(*in[0]).data();
    const auto y = entries_like<T>(*in[1], *out[0]);
    const auto sums = context.scratch.get<double>(0, y.size());
    std::fill(sums.begin(), sums.end(), 0.0);
    each_entry(*in[0], [&](size_t k, size_t r, size_t c) {
      const int64_t place = at(r, c);
      if (place >= 0) sums[static_cast<size_t>(place)] += static_cast<double>(from[k]);
    });
    std::transform(sums.begin(), sums.end(), y.begin(), [](double v) { return static_cast<T>(v); });
  });
}

struct SumLike final : Op {
  std::string_view name() const override { return "sum_like"; }

  std::string_view cost(const Rule& rule) const override {
    return rule.in[0] == Storage::dense ? "elements"
           : rule.in[0] == Storage::csr ? "rows + non-zeros + elements of the result"
                                        : "stored rows × units + elements of the result";
  }

  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{
        {{dense, dense}, {dense}, dense_like},
        {{csr, dense}, {dense}, sparse_like},
        {{row_sparse, dense}, {dense}, sparse_like},
    }};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec &x = in[0], &like = in[1];
    LACUNA_REQUIRE(is_float(x.dtype) && x.dtype == like.dtype && x.shape.size() <= kMaxRank &&
                       (x.storage == Storage::dense ? broadcasts_to(like.shape, x.shape)
                                                    : spreads_over(like.shape, x.shape)),
                   "sum_like: like must broadcast to the shape of x and have its dtype. Received: x=", x,
                   ", like=", like, ".");
    return {{like.shape, x.dtype, rule_for(*this, in).out[0]}};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dy,
                               const std::vector<bool>& wanted) const override {
    return {wanted[0] ? spread_gradient(dy[0], node.in(0), {}, false) : Symbol{}, {}};
  }
};

// The same for csr, at the entries of a csr row or column only.
struct SumAt final : Op {
  std::string_view name() const override { return "sum_at"; }
  std::string_view cost(const Rule&) const override { return "rows + non-zeros of both"; }

  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{{{csr, csr}, {csr}, csr_at}}};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec &x = in[0], &like = in[1];
    const Storage out = rule_for(*this, in).out[0];
    LACUNA_REQUIRE(is_float(x.dtype) && x.dtype == like.dtype && like.shape.size() == 2 &&
                       spreads_over(like.shape, x.shape) && (like.shape[0] == 1 || like.shape[1] == 1),
                   "sum_at: like must be one row or one column of x and have its dtype. Received: x=", x,
                   ", like=", like, ".");
    return {{like.shape, x.dtype, out}};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dy,
                               const std::vector<bool>& wanted) const override {
    return {wanted[0] ? broadcast_at(gradient_into(node, dy[0]), node.in(0)) : Symbol{}, {}};
  }
};

const bool sum_like_at_registered = register_op("sum_at", [] {
  const auto op = std::make_shared<SumAt>();
  return std::vector<Example>{{op, {{{None, 4}}, {{1, 4}}}}, {op, {{{None, 4}}, {{None, 1}}}}};
});
const bool sum_like_registered = register_op("sum_like", [] {
  const auto op = std::make_shared<SumLike>();
  return std::vector<Example>{{op, {{{None, 4}}, {{None, 4}}}}, {op, {{{None, 4}}, {{4}}}},
                              {op, {{{None, 4}}, {{None, 1}}}}, {op, {{{None, 4}}, {{}}}},
                              {op, {{{None, 3, 2}}, {{3, 1}}}}, {op, {{{None, 3, 2}}, {{None, 1, 2}}}},
                              {op, {{{None, 3, 2}}, {{3, 2}}}}, {op, {{{None, 3, 2}}, {{}}}}};
});

}  // namespace

Symbol sum_like(const Symbol& x, const Symbol& like) {
  if (like.storage() == Storage::csr) return apply(std::make_shared<SumAt>(), {x, like});
  static const auto op = std::make_shared<SumLike>();
  return apply(op, {x, like});
}

}  // namespace lacuna

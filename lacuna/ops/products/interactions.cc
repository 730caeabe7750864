// interactions for csr x gives y and, for the gradient, sums, whose row r is (Σ_j x_rj v_j1, …, 1).
//
//   dW[j] = Σ_r x_rj dy_r sums[r] - (Σ_r x_rj² dy_r) (v_j1, …, v_jfactors, 0)
//   dx_rj = dy_r (l_j + Σ_f v_jf (sums_rf - x_rj v_jf))     at the non-zeros of x
//
// dW takes three ops: by_column groups the entries, interaction_entries multiplies them by dy, and
// interactions_t sums rows; or the optimizer does the last step itself (see Op::factors).
#include "lacuna/ops/products/interactions.h"

#include <algorithm>

#include "lacuna/base/error.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/kernels/interactions.h"
#include "lacuna/kernels/row_sums.h"
#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/elementwise/scale.h"
#include "lacuna/ops/elementwise/unary.h"
#include "lacuna/ops/parts/views.h"
#include "lacuna/ops/products/by_column.h"
#include "lacuna/ops/products/dot.h"
#include "lacuna/ops/products/dot_t.h"
#include "lacuna/ops/products/sampled_dot.h"
#include "lacuna/ops/reductions/reduce.h"
#include "lacuna/ops/shape/concatenate.h"
#include "lacuna/ops/shape/slice.h"

namespace lacuna {
namespace {

using In = std::span<const Tensor* const>;
using Out = std::span<Tensor* const>;

// (x, w) -> y, sums
void of_csr(const Op&, Context&, In in, Out out) {
  const tensor::Csr& x = in[0]->csr();
  with_float("interactions", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const RowsView<T> w = rows_view<T>(*in[1]);
    tensor::Dense &y = out[0]->dense(), &sums = out[1]->dense();
    y.resize({x.rows, 1}, x.dtype);
    sums.resize({x.rows, static_cast<Dim>(w.width)}, x.dtype);
    kernels::interactions(csr_view<T>(x, "interactions"), w.data, w.stride, w.width, y.values<T>().data(),
                          sums.values<T>().data());
  });
}

// (entries, dy) -> each entry times the dy of its row of x; share: for each column of x, the sum of x² dy.
void entries_times_dy(const Op&, Context&, In in, Out out) {
  const tensor::Csr& entries = in[0]->csr();
  tensor::Csr& scaled = out[0]->csr();
  tensor::Dense& share = out[1]->dense();
  scaled.resize_like(entries, entries.dtype);
  share.resize({entries.rows}, entries.dtype);
  with_float("interaction_entries", entries.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto view = csr_view<T>(entries, "interaction_entries");
    const T* dy = in[1]->dense().values<T>().data();
    const auto to = scaled.values<T>();
    const auto shares = share.values<T>();
    for (size_t i = 0; i < view.rows; ++i) {
      T sum = 0;
      for (auto k = static_cast<size_t>(view.indptr[i]); k < static_cast<size_t>(view.indptr[i + 1]); ++k) {
        const T x = view.data[k];
        to[k] = x * dy[static_cast<size_t>(view.indices[k])];
        sum += x * to[k];
      }
      shares[i] = sum;
    }
  });
}

// (ids, entries, sums, share, w) -> dw
void weight_gradient(const Op&, Context&, In in, Out out) {
  const tensor::Dense &ids = in[0]->dense(), &sums = in[2]->dense();
  const tensor::Csr& entries = in[1]->csr();
  with_float("interactions_t", entries.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const RowsView<T> w = rows_view<T>(*in[4]);
    tensor::RowSparse& g = out[0]->row_sparse();
    g.resize({static_cast<Dim>(w.rows), static_cast<Dim>(w.width)}, ids.size(), entries.dtype);
    const auto row_ids = ids.values<int64_t>();
    std::ranges::copy(row_ids, g.row_ids().begin());
    const auto view = csr_view<T>(entries, "interactions_t");
    kernels::row_sums({view.indptr, view.indices, view.data, sums.values<T>().data(), w.width,
                       kernels::OwnRows<T>{in[3]->dense().values<T>().data(), row_ids.data(), w.data,
                                           w.stride, w.width - 1}},
                      view.rows, g.values<T>().data());
  });
}

// (x, w, sums, dy) -> dx
void input_gradient(const Op&, Context&, In in, Out out) {
  const tensor::Csr& x = in[0]->csr();
  tensor::Csr& dx = out[0]->csr();
  dx.resize_like(x, x.dtype);
  with_float("interactions_at", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto view = csr_view<T>(x, "interactions_at");
    const RowsView<T> w = rows_view<T>(*in[1]);
    const T *sums = in[2]->dense().values<T>().data(), *dy = in[3]->dense().values<T>().data();
    const auto to = dx.values<T>();
    for (size_t r = 0; r < view.rows; ++r)
      for (auto k = static_cast<size_t>(view.indptr[r]); k < static_cast<size_t>(view.indptr[r + 1]); ++k) {
        const T* row = w.data + static_cast<size_t>(view.indices[k]) * w.stride;
        T sum = row[w.width - 1];
        for (size_t f = 0; f + 1 < w.width; ++f)
          sum += row[f] * (sums[r * w.width + f] - view.data[k] * row[f]);
        to[k] = dy[r] * sum;
      }
  });
}

struct InteractionEntries final : Op {
  std::string_view name() const override { return "interaction_entries"; }
  std::string_view cost(const Rule&) const override { return "columns named + non-zeros"; }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{{{csr, dense}, {csr, dense}, entries_times_dy}}};
    return rules;
  }
  std::vector<Spec> infer(std::span<const Spec> in) const override {
    rule_for(*this, in);
    const Spec &entries = in[0], &dy = in[1];
    LACUNA_REQUIRE(
        entries.dtype == dy.dtype && is_float(dy.dtype) && dy.shape.size() == 2 && dy.shape[1] == 1,
        "interaction_entries: dy must be (batch, 1), with the dtype of entries. Received: entries=", entries,
        ", dy=", dy, ".");
    return {entries, {{entries.shape[0]}, dy.dtype, Storage::dense}};
  }
};

struct InteractionsT final : Op {
  std::string_view name() const override { return "interactions_t"; }
  std::string_view cost(const Rule&) const override { return "(columns named + non-zeros) × units"; }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{
        {{dense, csr, dense, dense, dense}, {row_sparse}, weight_gradient},
        {{dense, csr, dense, dense, row_table}, {row_sparse}, weight_gradient},
    }};
    return rules;
  }
  int rows_named_by(size_t input) const override { return input == 4 ? 0 : kAllRows; }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    Spec dw{in[4].shape, in[4].dtype, rule_for(*this, in).out[0]};
    if (in[4].storage == Storage::row_table) dw.shape[0] = None;  // The number of slots in the run.
    return {dw};
  }

  FormedGradient<Symbol> factors(const Node& node) const override {
    return FormedGradient<Symbol>::row_factors(node.in(0), node.in(1), node.in(2), node.in(3));
  }
};

struct InteractionsAt final : Op {
  std::string_view name() const override { return "interactions_at"; }
  std::string_view cost(const Rule&) const override { return "rows + non-zeros × units"; }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{
        {{csr, dense, dense, dense}, {csr}, input_gradient},
        {{csr, row_table, dense, dense}, {csr}, input_gradient},
    }};
    return rules;
  }
  int rows_named_by(size_t input) const override { return input == 1 ? 0 : kAllRows; }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    rule_for(*this, in);
    return {in[0]};
  }
};

struct Interactions final : Op {
  std::string_view name() const override { return "interactions"; }

  std::string_view cost(const Rule&) const override { return "(rows + non-zeros) × units"; }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{
        {{csr, dense}, {dense, dense}, of_csr},
        {{csr, row_table}, {dense, dense}, of_csr},
    }};
    return rules;
  }

  int rows_named_by(size_t input) const override { return input == 1 ? 0 : kAllRows; }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec &x = in[0], &w = in[1];
    const Rule& rule = rule_for(*this, in);
    LACUNA_REQUIRE(x.shape.size() == 2 && w.shape.size() == 2 && w.shape[1] >= 2,
                   "interactions: x must be a matrix and w one of 2 columns or more. Received: x=", x,
                   ", w=", w, ".");
    LACUNA_REQUIRE(x.shape[1] == w.shape[0] || x.shape[1] == None || w.shape[0] == None,
                   "interactions: columns of x must equal rows of w. Received: x=", x, ", w=", w, ".");
    LACUNA_REQUIRE(x.dtype == w.dtype && is_float(x.dtype),
                   "interactions: x and w must have one float dtype. Received: x=", x, ", w=", w, ".");
    return {{{x.shape[0], 1}, x.dtype, rule.out[0]}, {{x.shape[0], w.shape[1]}, x.dtype, rule.out[1]}};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dout,
                               const std::vector<bool>& wanted) const override {
    static const auto of_entries = std::make_shared<InteractionEntries>();
    static const auto of_weight = std::make_shared<InteractionsT>();
    static const auto of_input = std::make_shared<InteractionsAt>();
    const Symbol &x = node.in(0), &w = node.in(1), &dy = dout[0];
    const Symbol sums{apply_node(node.shared_op(), {x, w}), 1};
    Symbol dx, dw;
    if (dy && wanted[0]) dx = apply(of_input, {x, w, sums, dy});
    if (dy && wanted[1]) {
      const ColumnEntries ordered = by_column(x);
      const auto scaled = apply_node(of_entries, {ordered.entries, dy});
      dw = apply(of_weight, {ordered.ids, {scaled, 0}, sums, {scaled, 1}, w});
    }
    if (dout[1]) {  // sums is the product x w, except for its last column.
      const int64_t factors = w.shape()[1] - 1;
      const Symbol d =
          concatenate({slice(dout[1], 1, 0, factors), scale(slice(dout[1], 1, factors, factors + 1), 0)}, 1);
      if (wanted[0]) dx = dx ? add(dx, sampled_dot(d, w, x)) : sampled_dot(d, w, x);
      if (wanted[1]) dw = dw ? add(dw, dot_t(x, d)) : dot_t(x, d);
    }
    return {dx, dw};
  }
};

const bool interactions_registered = register_op("interactions", [] {
  const auto op = std::make_shared<Interactions>();
  return std::vector<Example>{
      {op, {{{None, 7}}, {{7, 4}}}}, {op, {{{None, 5}}, {{5, 2}}}}, {op, {{{None, 9}}, {{9, 38}}}}};
});

}  // namespace

Symbol interactions(const Symbol& x, const Symbol& w) {
  static const auto op = std::make_shared<Interactions>();
  if (x.storage() == Storage::csr || w.storage() == Storage::row_table) return apply(op, {x, w});
  LACUNA_REQUIRE(w.rank() == 2 && w.shape()[1] >= 2,
                 "interactions: w must be a matrix of 2 columns or more. Received: w=", w.spec(), ".");
  const int64_t factors = w.shape()[1] - 1;
  const Symbol v = slice(w, 1, 0, factors), l = slice(w, 1, factors, factors + 1);
  const Symbol pairs = subtract(square(dot(x, v)), dot(square(x), square(v)));
  return add(dot(x, l), scale(sum(pairs, {1}, true), 0.5));
}

}  // namespace lacuna

// repeat_columns: each column n times, one after another, y[:, c n + i] = x[:, c].
//
//   dx[:, c] = Σ_i dy[:, c n + i]      at the entries of a csr x
#include "lacuna/ops/shape/repeat_columns.h"

#include "lacuna/base/error.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/ops/parts/entries.h"
#include "lacuna/ops/parts/gradient_at.h"

namespace lacuna {
namespace {

using In = std::span<const Tensor* const>;
using Out = std::span<Tensor* const>;

struct Repeating : Op {
  explicit Repeating(int64_t count) : n(count) {}
  std::string key() const override { return text(name(), ' ', n); }

  Dim columns(Dim of_x) const {
    Dim all = 0;
    LACUNA_REQUIRE(!__builtin_mul_overflow(of_x, n, &all),
                   "repeat_columns: the result must have fewer than 2^63 columns. Received: columns=", of_x,
                   ", n=", n, ".");
    return all;
  }

  [[noreturn]] void throw_not_dense(const Spec& x) const {
    throw InvalidArgument("repeat_columns: a dense result must have fewer than 2^31 columns. Received: x=", x,
                          ", n=", n, ".");
  }

  int64_t n;
};
size_t times(const Op& op) { return static_cast<size_t>(static_cast<const Repeating&>(op).n); }

void dense_matrix(const Op& op, Context&, In in, Out out) {
  const tensor::Dense& x = in[0]->dense();
  const size_t n = times(op);
  tensor::Dense& y = out[0]->dense();
  const Dim all = static_cast<const Repeating&>(op).columns(x.shape[1]);
  if (all >= Dim{1} << 31) static_cast<const Repeating&>(op).throw_not_dense(in[0]->spec());
  y.resize({x.shape[0], all}, x.dtype);
  with_dtype(x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* from = x.values<T>().data();
    T* to = y.values<T>().data();
    parallel_for(x.size(), 8192, [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i) std::fill_n(to + i * n, n, from[i]);
    });
  });
}

void csr_matrix(const Op& op, Context&, In in, Out out) {
  const tensor::Csr& x = in[0]->csr();
  const size_t n = times(op), rows = static_cast<size_t>(x.rows);
  const Dim columns = static_cast<const Repeating&>(op).columns(x.columns);
  size_t entries = 0;
  LACUNA_REQUIRE(!__builtin_mul_overflow(x.nonzeros(), n, &entries) && entries < size_t{1} << 31,
                 "repeat_columns: the result may hold up to 2^31 entries. Received: entries=", x.nonzeros(),
                 ", n=", n, ".");
  tensor::Csr& y = out[0]->csr();
  y.resize(x.rows, columns, entries, x.dtype, columns >= Dim{1} << 31 ? DType::int64 : DType::int32);
  with_dtype(x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* from = x.values<T>().data();
    T* to = y.values<T>().data();
    with_index(x, [&](auto indices, auto indptr) {
      const auto write = [&](auto to_indices, auto to_indptr) {
        using I = std::remove_cvref_t<decltype(to_indptr[0])>;
        for (size_t r = 0; r <= rows; ++r)
          to_indptr[r] = static_cast<I>(static_cast<size_t>(indptr[r] - indptr[0]) * n);
        const auto first = static_cast<size_t>(indptr[0]);
        parallel_for(x.nonzeros(), 8192, [&](size_t begin, size_t end) {
          for (size_t k = begin; k < end; ++k) {
            const auto column = static_cast<int64_t>(indices[first + k]) * static_cast<int64_t>(n);
            for (size_t i = 0; i < n; ++i) {
              to_indices[k * n + i] = static_cast<I>(column + static_cast<int64_t>(i));
              to[k * n + i] = from[first + k];
            }
          }
        });
      };
      if (y.index == DType::int64) write(y.indices.as<int64_t>(), y.indptr.as<int64_t>());
      else write(y.indices.as<int32_t>(), y.indptr.as<int32_t>());
    });
  });
}

// Whether y has n entries next to each other for each entry of x, and no others.
bool repeats(const tensor::Csr& x, const tensor::Csr& y, size_t n) {
  const size_t entries = x.nonzeros();
  if (y.rows != x.rows || y.columns != x.columns * static_cast<Dim>(n) || y.nonzeros() != entries * n)
    return false;
  bool result = true;
  with_index(x, [&](auto indices, auto indptr) {
    with_index(y, [&](auto of_y, auto starts) {
      for (size_t r = 0; result && r < indptr.size(); ++r)
        result = static_cast<size_t>(starts[r] - starts[0]) == static_cast<size_t>(indptr[r] - indptr[0]) * n;
      const auto first = static_cast<size_t>(indptr[0]), start = static_cast<size_t>(starts[0]);
      for (size_t k = 0; result && k < entries; ++k)
        for (size_t i = 0; result && i < n; ++i)
          result =
              static_cast<size_t>(of_y[start + k * n + i]) == static_cast<size_t>(indices[first + k]) * n + i;
    });
  });
  return result;
}
bool repeats(const tensor::Dense& x, const tensor::Dense& y, size_t n) {
  return y.shape[0] == x.shape[0] && y.shape[1] == x.shape[1] * static_cast<Dim>(n);
}

// dx from dy, which has the pattern of y: n values belong to each value of x.
void sum_groups(const Op& op, Context&, In in, Out out) {
  const size_t n = times(op);
  with_float("repeat_columns_gradient", in[0]->dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* from = entries<T>(*in[0]).data();
    const auto to = entries_like<T>(*in[1], *out[0]);
    size_t first = 0, values = to.size();  // In a view of some rows, the first entry is not 0.
    if (in[1]->storage() == Storage::csr) {
      values = in[1]->csr().nonzeros();
      with_index(in[1]->csr(), [&](auto, auto indptr) { first = static_cast<size_t>(indptr[0]); });
    }
    const bool fits = in[0]->storage() == Storage::csr ? repeats(in[1]->csr(), in[0]->csr(), n)
                                                       : repeats(in[1]->dense(), in[0]->dense(), n);
    LACUNA_REQUIRE(
        fits,
        "repeat_columns_gradient: dy must have n values for each of x, at the same places. Received: dy=",
        in[0]->spec(), ", x=", in[1]->spec(), ", n=", n, ".");
    size_t start = 0;
    if (in[0]->storage() == Storage::csr)
      with_index(in[0]->csr(), [&](auto, auto indptr) { start = static_cast<size_t>(indptr[0]); });
    parallel_for(values, 8192, [&](size_t begin, size_t end) {
      for (size_t k = begin; k < end; ++k) {
        double sum = 0;
        for (size_t i = 0; i < n; ++i) sum += static_cast<double>(from[start + k * n + i]);
        to[first + k] = static_cast<T>(sum);
      }
    });
  });
}

// (dy, x) -> dx
struct RepeatColumnsGradient final : Repeating {
  using Repeating::Repeating;
  std::string_view name() const override { return "repeat_columns_gradient"; }
  std::string_view cost(const Rule& rule) const override {
    return rule.in[0] == Storage::csr ? "rows + non-zeros of dy" : "elements of dy";
  }

  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{{{Storage::dense, Storage::dense}, {Storage::dense}, sum_groups},
                              {{Storage::csr, Storage::csr}, {Storage::csr}, sum_groups}}};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    return {{in[1].shape, in[0].dtype, rule_for(*this, in).out[0]}};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> d,
                               const std::vector<bool>& wanted) const override {
    return {wanted[0] ? repeat_columns(gradient_into(node, d[0]), n) : Symbol{}, {}};
  }
};

struct RepeatColumns final : Repeating {
  using Repeating::Repeating;
  std::string_view name() const override { return "repeat_columns"; }
  std::string_view cost(const Rule& rule) const override {
    return rule.in[0] == Storage::csr ? "rows + non-zeros of the result" : "elements of the result";
  }

  const Rules& rules() const override {
    static const Rules rules{
        {{{Storage::dense}, {Storage::dense}, dense_matrix}, {{Storage::csr}, {Storage::csr}, csr_matrix}}};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec& x = in[0];
    const Storage out = rule_for(*this, in).out[0];
    LACUNA_REQUIRE(x.shape.size() == 2, "repeat_columns: x must be a matrix. Received: x=", x, ".");
    LACUNA_REQUIRE(x.dtype <= DType::int64,
                   "repeat_columns: x must be float32, float64, int32 or int64. Received: x=", x, ".");
    const Dim all = x.shape[1] == None ? None : columns(x.shape[1]);
    if (out == Storage::dense && all >= Dim{1} << 31) throw_not_dense(x);
    return {{{x.shape[0], all}, x.dtype, out}};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dy,
                               const std::vector<bool>& wanted) const override {
    if (!wanted[0] || !is_float(node.in(0).dtype())) return {{}};
    return {apply(std::make_shared<RepeatColumnsGradient>(n), {gradient_into(node, dy[0]), node.in(0)})};
  }
};

const bool repeat_columns_registered = register_op("repeat_columns", [] {
  return std::vector<Example>{
      {std::make_shared<RepeatColumns>(3), {{{None, 4}}}},
      {std::make_shared<RepeatColumns>(1), {{{None, 4}}}},
      {std::make_shared<RepeatColumns>(2), {{{None, 3}, DType::int64, Values::ids, 9}}}};
});
const bool repeat_columns_gradient_registered = register_op("repeat_columns_gradient", [] {
  return std::vector<Example>{{std::make_shared<RepeatColumnsGradient>(1), {{{None, 4}}, {{None, 4}}}}};
});

}  // namespace

Symbol repeat_columns(const Symbol& x, int64_t n) {
  LACUNA_REQUIRE(n >= 0, "repeat_columns: n must not be negative. Received: n=", n, ".");
  return apply(std::make_shared<RepeatColumns>(n), {x});
}

}  // namespace lacuna

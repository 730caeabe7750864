// row_dot: the dot product of each row of A with the same row of B, y[i] = Σ_j a[i, j] b[i, j].
//
//   da = dy b, db = dy a      at the entries of a csr operand
#include "lacuna/ops/products/row_dot.h"

#include "lacuna/base/error.h"
#include "lacuna/base/threads.h"
#include "lacuna/graph/rule.h"
#include "lacuna/kernels/long_sum.h"
#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/parts/gradient_at.h"
#include "lacuna/ops/parts/ids.h"
#include "lacuna/ops/parts/views.h"

namespace lacuna {
namespace {

using In = std::span<const Tensor* const>;
using Out = std::span<Tensor* const>;

// body(r) returns y[r]. `work`: about the operations per row.
template <class T, class Body>
void each_row(Tensor& out, size_t rows, size_t work, const Body& body) {
  tensor::Dense& y = out.dense();
  y.resize({static_cast<Dim>(rows), 1}, dtype_of<T>());
  const auto to = y.values<T>();
  parallel_for(rows, std::max<size_t>(1, 32768 / (work + 1)), [&](size_t begin, size_t end) {
    for (size_t r = begin; r < end; ++r) to[r] = body(r);
  });
}

[[noreturn]] void throw_shapes(const Tensor& a, const Tensor& b) {
  throw InvalidArgument("row_dot: a and b must have one shape. Received: a=", a.spec(), ", b=", b.spec(),
                        ".");
}

void row_dot_dense_dense(const Op&, Context&, In in, Out out) {
  const tensor::Dense &a = in[0]->dense(), &b = in[1]->dense();
  if (a.shape != b.shape) [[unlikely]]
    throw_shapes(*in[0], *in[1]);
  const auto rows = static_cast<size_t>(a.shape[0]), width = static_cast<size_t>(a.shape[1]);
  with_float("row_dot", a.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    each_row<T>(*out[0], rows, width, [&, x = a.values<T>().data(), y = b.values<T>().data()](size_t r) {
      return kernels::long_sum<T>(r * width, (r + 1) * width, [=](size_t j) { return x[j] * y[j]; });
    });
  });
}

void row_dot_csr_dense(const Op&, Context&, In in, Out out) {
  const tensor::Csr& a = in[0]->csr();
  const tensor::Dense& b = in[1]->dense();
  if (a.rows != b.shape[0] || a.columns != b.shape[1]) [[unlikely]]
    throw_shapes(*in[0], *in[1]);
  const auto width = static_cast<size_t>(a.columns);
  with_float("row_dot", a.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto x = csr_view<T>(a, "row_dot");
    each_row<T>(*out[0], x.rows, x.nonzeros() / (x.rows + 1), [&, y = b.values<T>().data()](size_t r) {
      return kernels::long_sum<T>(
          static_cast<size_t>(x.indptr[r]), static_cast<size_t>(x.indptr[r + 1]),
          [&](size_t k) { return x.data[k] * y[r * width + static_cast<size_t>(x.indices[k])]; });
    });
  });
}

void dense_csr(const Op& op, Context& context, In in, Out out) {
  const std::array<const Tensor*, 2> turned{in[1], in[0]};
  row_dot_csr_dense(op, context, turned, out);
}

void csr_csr(const Op&, Context&, In in, Out out) {
  const tensor::Csr &a = in[0]->csr(), &b = in[1]->csr();
  if (a.rows != b.rows || a.columns != b.columns) [[unlikely]]
    throw_shapes(*in[0], *in[1]);
  LACUNA_REQUIRE(a.index == b.index,
                 "row_dot: csr operands must have one type of indices. Received: a=", a.index,
                 ", b=", b.index, ".");
  with_float("row_dot", a.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T *x = a.values<T>().data(), *y = b.values<T>().data();
    const auto rows = static_cast<size_t>(a.rows);
    with_index(a, [&](auto indices, auto indptr) {
      using I = typename decltype(indices)::value_type;
      const I *others = b.indices.template as<I>().data(), *starts = b.indptr.template as<I>().data();
      each_row<T>(*out[0], rows, (a.nonzeros() + b.nonzeros()) / (rows + 1), [=](size_t r) {
        I j = starts[r];
        return kernels::long_sum<T>(static_cast<size_t>(indptr[r]), static_cast<size_t>(indptr[r + 1]),
                                    [&](size_t k) {
                                      const I column = indices[k];
                                      while (j < starts[r + 1] && others[j] < column) ++j;
                                      return j < starts[r + 1] && others[j] == column ? x[k] * y[j] : T(0);
                                    });
      });
    });
  });
}

struct RowDot final : Op {
  std::string_view name() const override { return "row_dot"; }

  std::string_view cost(const Rule& rule) const override {
    return rule.in[0] == rule.in[1] ? rows_and_stored(rule.in[0]) : rows_and_stored(Storage::csr);
  }

  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{
        {{dense, dense}, {dense}, row_dot_dense_dense},
        {{csr, dense}, {dense}, row_dot_csr_dense},
        {{dense, csr}, {dense}, dense_csr},
        {{csr, csr}, {dense}, csr_csr},
    }};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec &a = in[0], &b = in[1];
    const auto same = [](Dim p, Dim q) { return p == q || p == None || q == None; };
    LACUNA_REQUIRE(a.shape.size() == 2 && b.shape.size() == 2 && same(a.shape[0], b.shape[0]) &&
                       same(a.shape[1], b.shape[1]),
                   "row_dot: a and b must be matrices of one shape. Received: a=", a, ", b=", b, ".");
    LACUNA_REQUIRE(a.dtype == b.dtype && is_float(a.dtype),
                   "row_dot: a and b must have one float dtype. Received: a=", a, ", b=", b, ".");
    return {{{a.shape[0] == None ? b.shape[0] : a.shape[0], 1}, a.dtype, rule_for(*this, in).out[0]}};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dy,
                               const std::vector<bool>& wanted) const override {
    const Symbol &a = node.in(0), &b = node.in(1), g = gradient_into(node, dy[0]);
    const auto for_operand = [&](const Symbol& x, const Symbol& other) {
      if (x.storage() == Storage::csr) return multiply(broadcast_at(other, x), g);
      return gradient_at(multiply(other, g), x);
    };
    return {wanted[0] ? for_operand(a, b) : Symbol{}, wanted[1] ? for_operand(b, a) : Symbol{}};
  }
};

const bool row_dot_registered = register_op("row_dot", [] {
  return std::vector<Example>{{std::make_shared<RowDot>(), {{{None, 7}}, {{None, 7}}}}};
});

}  // namespace

Symbol row_dot(const Symbol& a, const Symbol& b) {
  static const auto op = std::make_shared<RowDot>();
  return apply(op, {a, b});
}

}  // namespace lacuna

// batch_dot: a product for each row of the batch, C[i] = A[i] B[i], where each factor may be transposed.
//
//   dA[i] = dC[i] B[i]ᵀ, dB[i] = A[i]ᵀ dC[i], transposed where A and B are
#include "lacuna/ops/products/batch_dot.h"

#include "lacuna/base/error.h"
#include "lacuna/base/threads.h"
#include "lacuna/graph/registry.h"
#include "lacuna/graph/rule.h"
#include "lacuna/kernels/matmul.h"
#include "lacuna/ops/products/batch_row_dot.h"
#include "lacuna/ops/products/row_dot.h"

namespace lacuna {
namespace {

// For products so small that a call of BLAS would cost more.
template <class T>
void small_product(bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k, const T* a, const T* b,
                   T* c) {
  for (size_t i = 0; i < m; ++i)
    for (size_t j = 0; j < n; ++j) {
      T sum = 0;
      for (size_t p = 0; p < k; ++p)
        sum += a[transpose_a ? p * m + i : i * k + p] * b[transpose_b ? j * k + p : p * n + j];
      c[i * n + j] = sum;
    }
}

// Rank 3; contracts axis a of A with axis b of B.
struct BatchDot final : Op {
  BatchDot(int axis_a, int axis_b) : a(axis_a), b(axis_b) {}

  std::string_view name() const override { return "batch_dot"; }
  std::string key() const override { return text("batch_dot ", a, ' ', b); }

  std::string_view cost(const Rule&) const override { return "products of elements"; }
  const Rules& rules() const override {
    using enum Storage;
    static const Rules rules{{{{dense, dense}, {dense}, run}}};
    return rules;
  }

  std::vector<Spec> infer(std::span<const Spec> in) const override {
    const Spec &x = in[0], &y = in[1];
    const auto same = [](Dim p, Dim q) { return p == q || p == None || q == None; };
    LACUNA_REQUIRE(x.shape.size() == 3 && y.shape.size() == 3 && same(x.shape[0], y.shape[0]) &&
                       same(x.shape[static_cast<size_t>(a)], y.shape[static_cast<size_t>(b)]),
                   "batch_dot: a and b must have one batch and one size along their axes. Received: a=", x,
                   ", b=", y, ", axes=(", a, ", ", b, ").");
    LACUNA_REQUIRE(x.dtype == y.dtype && is_float(x.dtype),
                   "batch_dot: a and b must have one float dtype. Received: a=", x, ", b=", y, ".");
    return {{{x.shape[0], x.shape[static_cast<size_t>(3 - a)], y.shape[static_cast<size_t>(3 - b)]},
             x.dtype,
             rule_for(*this, in).out[0]}};
  }

  std::vector<Symbol> gradient(const Node& node, std::span<const Symbol> dc,
                               const std::vector<bool>& wanted) const override {
    const auto product = [](const Symbol& x, const Symbol& y, int axis_x, int axis_y) {
      return apply(std::make_shared<BatchDot>(axis_x, axis_y), {x, y});
    };
    const Symbol &x = node.in(0), &y = node.in(1);
    Symbol dx, dy;
    if (wanted[0]) dx = a == 2 ? product(dc[0], y, 2, 3 - b) : product(y, dc[0], 3 - b, 2);
    if (wanted[1]) dy = b == 1 ? product(x, dc[0], 3 - a, 1) : product(dc[0], x, 1, 3 - a);
    return {dx, dy};
  }

  static void run(const Op& op, Context&, std::span<const Tensor* const> in, std::span<Tensor* const> out) {
    const auto& self = static_cast<const BatchDot&>(op);
    const tensor::Dense &x = in[0]->dense(), &y = in[1]->dense();
    const auto size = [](const tensor::Dense& t, int axis) {
      return static_cast<size_t>(t.shape[static_cast<size_t>(axis)]);
    };
    const size_t batch = size(x, 0), m = size(x, 3 - self.a), n = size(y, 3 - self.b), k = size(x, self.a);
    LACUNA_REQUIRE(size(y, 0) == batch && size(y, self.b) == k,
                   "batch_dot: a and b must have one batch and one size along their "
                   "axes. Received: batches=",
                   batch, " and ", size(y, 0), ", sizes=", k, " and ", size(y, self.b), ".");
    tensor::Dense& c = out[0]->dense();
    c.resize({x.shape[0], static_cast<Dim>(m), static_cast<Dim>(n)}, x.dtype);
    const bool transpose_a = self.a == 1, transpose_b = self.b == 2;
    with_float("batch_dot", x.dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      const T *p = x.values<T>().data(), *q = y.values<T>().data();
      T* to = c.values<T>().data();
      const size_t work = m * n * k;
      parallel_for(batch, std::max<size_t>(1, (size_t{1} << 17) / (work + 1)), [&](size_t begin, size_t end) {
        for (size_t i = begin; i < end; ++i) {
          const T *left = p + i * m * k, *right = q + i * k * n;
          if (work < 512) small_product(transpose_a, transpose_b, m, n, k, left, right, to + i * m * n);
          else
            kernels::matmul(transpose_a, transpose_b, m, n, k, left, transpose_a ? m : k, right,
                            transpose_b ? k : n, to + i * m * n);
        }
      });
    });
  }

  int a, b;
};

const bool batch_dot_registered = register_op("batch_dot", [] {
  std::vector<Example> examples;
  for (const int a : {1, 2})
    for (const int b : {1, 2})
      examples.push_back({std::make_shared<BatchDot>(a, b),
                          {{a == 2 ? Shape{None, 2, 4} : Shape{None, 4, 2}},
                           {b == 1 ? Shape{None, 4, 3} : Shape{None, 3, 4}}}});
  return examples;
});

}  // namespace

Symbol batch_dot(const Symbol& a, const Symbol& b, int axis_a, int axis_b) {
  const int rank_a = static_cast<int>(a.rank()), rank_b = static_cast<int>(b.rank());
  LACUNA_REQUIRE((rank_a == 2 || rank_a == 3) && (rank_b == 2 || rank_b == 3),
                 "batch_dot: a and b must have rank 2 or 3. Received: a=", a.spec(), ", b=", b.spec(), ".");
  if (axis_a < 0) axis_a += rank_a;
  if (axis_b < 0) axis_b += rank_b;
  LACUNA_REQUIRE(axis_a >= 1 && axis_a < rank_a && axis_b >= 1 && axis_b < rank_b,
                 "batch_dot: axes must be axes of a and b other than the batch. Received: axes=(", axis_a,
                 ", ", axis_b, "), a=", a.spec(), ", b=", b.spec(), ".");
  if (rank_a == 2 && rank_b == 2) return row_dot(a, b);
  if (rank_a == 2) return batch_row_dot(a, b, axis_b);
  if (rank_b == 2) return batch_row_dot(b, a, axis_a);
  return apply(std::make_shared<BatchDot>(axis_a, axis_b), {a, b});
}

}  // namespace lacuna

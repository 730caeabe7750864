// Tests of arithmetic.
#include "lacuna/ops/elementwise/arithmetic.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lacuna/graph/gradient.h"
#include "lacuna/graph/registry.h"
#include "lacuna/ops/elementwise/compare.h"
#include "lacuna/ops/elementwise/operators.h"
#include "lacuna/ops/elementwise/scale.h"
#include "lacuna/ops/reductions/reduce.h"
#include "lacuna/ops/testing.h"

namespace lacuna {
namespace {

using namespace test;

// The expected result by NumPy's rule of broadcasting.
std::vector<float> mimic(const Shape& shape, const Tensor& a, const Tensor& b, float (*f)(float, float)) {
  const auto x = values(a), y = values(b);
  std::vector<float> result(static_cast<size_t>(size_of(shape)));
  const auto at = [&](const Shape& from, size_t place) {
    size_t index = 0, stride = 1;
    for (size_t i = shape.size(), j = from.size(); i-- > 0;) {
      const size_t position = place % static_cast<size_t>(shape[i]);
      place /= static_cast<size_t>(shape[i]);
      if (j == 0) continue;
      --j;
      if (from[j] != 1) index += position * stride;
      stride *= static_cast<size_t>(from[j]);
    }
    return index;
  };
  for (size_t i = 0; i < result.size(); ++i) result[i] = f(x[at(a.shape(), i)], y[at(b.shape(), i)]);
  return result;
}

TEST(Arithmetic, BroadcastsAsNumPyDoes) {
  struct Case {
    Shape a, b, c;
  };
  for (const auto& [a, b, c] : std::vector<Case>{{{3, 4}, {3, 4}, {3, 4}},
                                                 {{3, 4}, {}, {3, 4}},
                                                 {{}, {}, {}},
                                                 {{4}, {3, 1}, {3, 4}},
                                                 {{3, 1}, {1, 4}, {3, 4}},
                                                 {{2, 3, 4}, {3, 1}, {2, 3, 4}},
                                                 {{2, 1, 4}, {5, 1, 3, 1}, {5, 2, 3, 4}},
                                                 {{0, 4}, {1, 4}, {0, 4}},
                                                 {{1, 1, 2, 1, 3}, {2, 2, 1, 4, 1}, {2, 2, 2, 4, 3}},
                                                 {{200, 1, 300}, {7, 1}, {200, 7, 300}},
                                                 {{70000}, {1}, {70000}}}) {
    const Tensor x = random_dense(a, 1), y = random_dense(b, 2);
    const Symbol p = placeholder(x.spec(), "a"), q = placeholder(y.spec(), "b");
    const auto results = run({subtract(p, q), less(p, q)}, {p, q}, {x, y});
    EXPECT_EQ(subtract(p, q).shape(), c);
    EXPECT_EQ(results[0].shape(), c);
    EXPECT_EQ(values(results[0]), mimic(c, x, y, [](float u, float v) { return u - v; }));
    EXPECT_EQ(values(results[1]), mimic(c, x, y, [](float u, float v) { return u < v ? 1.0f : 0.0f; }));
  }
}

TEST(Arithmetic, OpenDimensions) {
  const auto shape = [](const Shape& a, const Shape& b) {
    return add(placeholder({a}, "a"), placeholder({b}, "b")).shape();
  };
  EXPECT_EQ(shape({None, 3}, {None, 3}), (Shape{None, 3}));
  EXPECT_EQ(shape({None, 3}, {1, 1}), (Shape{None, 3}));
  EXPECT_EQ(shape({None, 3}, {7, 3}), (Shape{None, 3}));
  EXPECT_EQ(shape({None, 1}, {3}), (Shape{None, 3}));
  EXPECT_EQ(shape({None, None}, {None, 3}), (Shape{None, 3}));
  EXPECT_EQ(shape({None, None}, {None, 1}), (Shape{None, None}));
  EXPECT_EQ(shape({2, 3, None}, {None}), (Shape{2, 3, None}));
  EXPECT_EQ(shape({2, 3, 0}, {1}), (Shape{2, 3, 0}));
}

TEST(Arithmetic, Errors) {
  const Symbol a = placeholder({{None, 3}}, "a"), b = placeholder({{None, 4}}, "b");
  EXPECT_EQ(message_of<InvalidArgument>([&] { add(a, b); }),
            "add: the shapes must be equal, or 1 where they differ. Received: a=(None, 3) dense, b=(None, 4) "
            "dense.");
  const Symbol wide = placeholder({{None, 3}, DType::float64}, "wide");
  EXPECT_EQ(
      message_of<InvalidArgument>([&] { multiply(a, wide); }),
      "multiply: a and b must have one float dtype. Received: a=(None, 3) dense, b=(None, 3) dense float64.");
  const Symbol sparse = placeholder({{None, 3}, DType::float32, Storage::csr}, "sparse");
  EXPECT_EQ(
      message_of<InvalidArgument>([&] { divide(a, sparse); }),
      "divide: no kernel for storages (dense, csr). Known: (dense, dense) -> (dense); (csr, dense) -> (csr); "
      "(row_sparse, dense) -> (row_sparse). to_dense(x) makes an input x dense. Received: (None, 3) dense, "
      "(None, 3) csr.");
  EXPECT_EQ(message_of<InvalidArgument>([&] { multiply(sparse, b); }),
            "multiply: a sparse operand must have the shape of the result, and a dense one be of that shape, "
            "a row, a "
            "column or a scalar. Received: a=(None, 3) csr, b=(None, 4) dense.");
  const Tensor five = random_dense({5, 3}, 1), two = random_dense({2, 3}, 2);
  const Symbol c = placeholder({{None, 3}}, "c");
  EXPECT_EQ(message_of<InvalidArgument>([&] {
              run({add(a, c)}, {a, c}, {five, two});
            }),
            "add: the shapes must be equal, or 1 where they differ. Received: a=(5, 3), b=(2, 3).");
}

TEST(Arithmetic, SparseResultsKeepSparsePatterns) {
  const Tensor x = csr(dense({2, 4}, {1, 0, 2, 0, 0, 3, 0, 0})),
               y = csr(dense({2, 4}, {0, 5, -2, 0, 0, 0, 0, 7}));
  const Symbol p = input(x), q = input(y);
  const auto results = run({add(p, q), multiply(p, q), maximum(p, q), add(p, p)}, {p, q}, {x, y});
  EXPECT_EQ(results[0].csr().nonzeros(), 5u);  // 2 - 2 is stored.
  EXPECT_TRUE(results[0].csr().validate("sum"));
  EXPECT_EQ(results[1].csr().nonzeros(), 1u);
  EXPECT_EQ(values(results[2]), (std::vector<float>{1, 5, 2, 0, 0, 3, 0, 7}));
  EXPECT_EQ(results[3].csr().nonzeros(), 3u);

  tensor::RowSparse a = to_row_sparse(dense({5, 2}, {0, 0, 1, 2, 0, 0, 3, 4, 0, 0}));
  tensor::RowSparse b = to_row_sparse(dense({5, 2}, {0, 0, 0, 0, 0, 0, 5, 6, 7, 8}));
  const Symbol r = input(a), s = input(b);
  const auto rows = run({subtract(r, s), multiply(r, s)}, {r, s}, {a, b});
  EXPECT_EQ(rows[0].row_sparse().row_ids().size(), 3u);
  EXPECT_EQ(values(rows[0]), (std::vector<float>{0, 0, 1, 2, 0, 0, -2, -2, -7, -8}));
  EXPECT_EQ(rows[1].row_sparse().row_ids().size(), 1u);
  EXPECT_EQ(values(rows[1]), (std::vector<float>{0, 0, 0, 0, 0, 0, 15, 24, 0, 0}));
}

TEST(Arithmetic, ManyRowsMeet) {
  tensor::RowSparse a, b;
  a.resize({int64_t{1} << 40, 3}, 4000, DType::float64);
  b.resize(a.shape, 3000, DType::float64);
  for (size_t i = 0; i < 4000; ++i) a.row_ids()[i] = static_cast<int64_t>((4000 - i) * 1000003);
  for (size_t i = 0; i < 3000; ++i) b.row_ids()[i] = static_cast<int64_t>((2000 + i) * 1000003);
  std::ranges::fill(a.values<double>(), 1);
  std::ranges::fill(b.values<double>(), 2);
  const Symbol p = placeholder({a.shape, a.dtype, Storage::row_sparse}, "a");
  const Symbol q = placeholder({b.shape, b.dtype, Storage::row_sparse}, "b");
  const Tensor sum = run({add(p, q)}, {p, q}, {a, b})[0];
  ASSERT_EQ(sum.row_sparse().row_ids().size(), 4999u);
  for (size_t i = 0; i < 4999; ++i) {
    const int64_t k = sum.row_sparse().row_ids()[i] / 1000003;
    EXPECT_EQ(sum.row_sparse().values<double>()[3 * i + 1], k < 2000 ? 1 : k <= 4000 ? 3 : 2);
  }
}

TEST(Arithmetic, TiesOfMaximumBelongToTheFirst) {
  const Tensor x = dense({3}, {1, 2, 3});
  const Symbol a = input(x), b = input(x);
  const auto g = gradients(lacuna::sum(maximum(a, b)), {a, b});
  const auto results = run(g, {a, b}, {x, x});
  EXPECT_EQ(values(results[0]), (std::vector<float>{1, 1, 1}));
  EXPECT_EQ(values(results[1]), (std::vector<float>{0, 0, 0}));
}

// Every pair of storages with every pair of shapes that they allow: values, storage, and the gradients of
// both.
TEST(Arithmetic, PairsOfStorages) {
  using F = Symbol (*)(const Symbol&, const Symbol&);
  struct Case {
    F f;
    bool both, left, right;  // Whether the result is sparse if both, the left, the right is.
  };
  const std::vector<Case> cases = {{add, true, false, false},     {subtract, true, false, false},
                                   {multiply, true, true, true},  {maximum, true, false, false},
                                   {minimum, true, false, false}, {hypot, true, false, false}};
  const Tensor x = random_dense({9, 6}, 1, 0.5), same = random_dense({9, 6}, 2, 0.5);
  for (size_t c = 0; c < cases.size(); ++c)
    for (const Shape& shape : {Shape{9, 6}, Shape{9, 1}, Shape{1, 6}, Shape{6}, Shape{}})
      for (const Storage left : {Storage::dense, Storage::csr, Storage::row_sparse})
        for (const Storage right : {Storage::dense, Storage::csr, Storage::row_sparse}) {
          const bool full = shape == Shape{9, 6};
          if (right != Storage::dense && (!full || (left != Storage::dense && left != right))) continue;
          SCOPED_TRACE(text("case ", c, ", ", left, " and ", right, " ", to_string(shape)));
          const Tensor y = full ? same : random_dense(shape, 3);
          const auto in = [](const Tensor& t, Storage s) {
            return s == Storage::csr          ? Tensor(to_csr(t))
                   : s == Storage::row_sparse ? Tensor(to_row_sparse(t))
                                              : t;
          };
          const auto results = [&](const Tensor& a, const Tensor& b) {
            const Symbol p = placeholder(a.spec(), "a"), q = placeholder(b.spec(), "b");
            const Symbol r = cases[c].f(p, q);
            std::vector<Symbol> wanted = gradients(sum(multiply(r, r)), {p, q});
            wanted.push_back(r);
            return run(wanted, {p, q}, {a, b});
          };
          const Tensor a = in(x, left), b = in(y, right);
          const auto got = results(a, b), want = results(x, y);
          const bool sparse = left != Storage::dense
                                  ? (right != Storage::dense ? cases[c].both : cases[c].left)
                                  : right != Storage::dense && cases[c].right;
          EXPECT_EQ(got[2].storage(), sparse ? (left != Storage::dense ? left : right) : Storage::dense);
          EXPECT_EQ(values(got[2]), values(want[2]));
          for (size_t i = 0; i < 2; ++i) {
            const Tensor& operand = i ? b : a;
            ASSERT_EQ(got[i].storage(), operand.storage());
            const auto stored = values(operand), g = values(got[i]), w = values(want[i]);
            for (size_t k = 0; k < g.size(); ++k)
              if (operand.storage() == Storage::dense || stored[k] != 0) {
                EXPECT_NEAR(g[k], w[k], 1e-5) << "operand " << i << ", place " << k;
              }
          }
        }
}

TEST(Arithmetic, ColumnsScaleRows) {
  const Tensor x = csr(dense({2, 3}, {1, 0, 2, 0, 3, 0})), column = dense({2, 1}, {10, 100});
  const Symbol p = input(x), q = input(column);
  const auto got = run({multiply(p, q), divide(p, q), mod(p, q)}, {p, q}, {x, column});
  for (const Tensor& t : got) EXPECT_EQ(t.storage(), Storage::csr);
  EXPECT_EQ(values(got[0]), (std::vector<float>{10, 0, 20, 0, 300, 0}));
  EXPECT_EQ(values(got[1]), (std::vector<float>{0.1f, 0, 0.2f, 0, 0.03f, 0}));
  EXPECT_EQ(values(got[2]), (std::vector<float>{1, 0, 2, 0, 3, 0}));
}

TEST(Arithmetic, WideMatrices) {
  const Dim wide = Dim{1} << 40;
  const Tensor x = wide_csr(2, wide, {0, 2, 3}, {7, wide - 1, 0}, {1, -2, 4}),
               y = wide_csr(2, wide, {0, 1, 3}, {wide - 1, 0, 5}, {3, 1, 1}),
               column = dense({2, 1}, {10, 100});
  const Symbol a = input(x), b = input(y), c = input(column);
  const auto g = gradients(sum(multiply(add(a, b), c)), {a, c});
  const auto got =
      run({add(a, b), multiply(a, b), maximum(a, b), multiply(a, c), g[0], g[1]}, {a, b, c}, {x, y, column});
  EXPECT_EQ(got[0].csr().nonzeros(), 4u);
  EXPECT_TRUE(got[0].csr().validate("sum"));
  EXPECT_EQ(got[0].csr().values<float>()[1], 1);
  EXPECT_EQ(got[1].csr().nonzeros(), 2u);
  EXPECT_EQ(got[2].csr().values<float>()[1], 3);
  EXPECT_EQ(got[3].csr().values<float>()[2], 400);
  EXPECT_EQ(got[4].csr().values<float>()[0], 10);
  EXPECT_EQ(values(got[5]), (std::vector<float>{2, 6}));
  EXPECT_THROW(add(a, c), InvalidArgument);
}

TEST(Arithmetic, ScatterDividesWhatIsStored) {
  const Tensor x = csr(dense({2, 3}, {1, 0, 2, 0, 3, 0})), y = csr(dense({2, 3}, {4, 5, 0, 0, 6, 7}));
  const Symbol p = input(x), q = input(y), r = scatter_elemwise_div(p, q);
  const auto g = gradients(sum(r), {p, q});
  const auto got = run({r, g[0], g[1]}, {p, q}, {x, y});
  ASSERT_EQ(got[0].csr().nonzeros(), 3u);
  EXPECT_EQ(values(got[0]), (std::vector<float>{0.25f, 0, HUGE_VALF, 0, 0.5f, 0}));
  EXPECT_EQ(values(got[1])[4], 1 / 6.0f);
  EXPECT_EQ(values(got[2])[0], -1 / 16.0f);
  EXPECT_EQ(got[2].csr().nonzeros(), 4u);
}

TEST(Arithmetic, NotANumberIsNotHidden) {
  const float nan = std::nanf("");
  const Tensor x = dense({2}, {nan, 1}), y = dense({2}, {1, nan});
  const Symbol p = input(x), q = input(y);
  for (const Tensor& t : run({maximum(p, q), minimum(p, q)}, {p, q}, {x, y}))
    for (const float v : values(t)) EXPECT_TRUE(std::isnan(v));
}

TEST(Arithmetic, SlopesOfPowersWhereLogarithmsEnd) {
  const Tensor x = dense({4}, {0, 0, 2, -2}), y = dense({4}, {1, 0, 3, 2});
  const Symbol p = input(x), q = input(y), r = power(p, q);
  const auto g = gradients(sum(r), {p, q});
  const auto got = run({r, g[0], g[1]}, {p, q}, {x, y});
  EXPECT_EQ(values(got[0]), (std::vector<float>{0, 1, 8, 4}));
  EXPECT_EQ(values(got[1]), (std::vector<float>{1, 0, 12, -4}));
  EXPECT_EQ(values(got[2])[0], 0);
  EXPECT_EQ(values(got[2])[1], 0);
  EXPECT_NEAR(values(got[2])[2], 8 * std::log(2.0), 1e-5);
}

TEST(Operators, AreWhatTheySay) {
  const Tensor x = dense({2}, {2, -4}), y = dense({2}, {8, 5});
  const Symbol a = input(x), b = input(y);
  const auto results = run(
      {a + b, a - b, a * b, a / b, -a, a + 1.5, a - 1.5, a * 1.5, a / 2, 1.5 + a, 1.5 - a, 1.5 * a, 8.0 / a},
      {a, b}, {x, y});
  const std::vector<std::vector<float>> want = {
      {10, 1}, {-6, -9}, {16, -20},     {0.25f, -0.8f}, {-2, 4}, {3.5f, -2.5f}, {0.5f, -5.5f},
      {3, -6}, {1, -2},  {3.5f, -2.5f}, {-0.5f, 5.5f},  {3, -6}, {4, -2}};
  for (size_t i = 0; i < want.size(); ++i) EXPECT_EQ(values(results[i]), want[i]) << i;
  EXPECT_TRUE(scale(a, 1) == a);
  EXPECT_TRUE(shift(a, 0) == a);
}

TEST(Compare, IntegersAreExact) {
  const int64_t large = (int64_t{1} << 60) + 1;
  const Tensor x = dense<int64_t>({2}, {large, large}), y = dense<int64_t>({2}, {large, large - 1});
  const Symbol a = input(x), b = input(y);
  const auto results = run({equal(a, b), greater_equal(b, a)}, {a, b}, {x, y});
  EXPECT_EQ(values<int64_t>(results[0]), (std::vector<int64_t>{1, 0}));
  EXPECT_EQ(values<int64_t>(results[1]), (std::vector<int64_t>{1, 0}));
  EXPECT_EQ(message_of<InvalidArgument>([&] { equal(a, placeholder({{None}}, "f")); }),
            "equal: a and b must have one dtype. Received: a=(None,) dense int64, b=(None,) dense.");
}

}  // namespace
}  // namespace lacuna

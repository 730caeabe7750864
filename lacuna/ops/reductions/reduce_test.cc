// Tests of reductions.
#include "lacuna/ops/reductions/reduce.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lacuna/base/threads.h"
#include "lacuna/graph/gradient.h"
#include "lacuna/ops/elementwise/unary.h"
#include "lacuna/ops/testing.h"

namespace lacuna {
namespace {

using namespace test;

struct Mimic {
  std::vector<double> sum, max;
  double count = 1;
};

// The expected results, from the elements of x that belong to each element of the result.
Mimic mimic(const Tensor& x, const Axes& axes) {
  const Shape shape = x.shape();
  const auto v = values(x);
  size_t size = 1;
  Mimic result;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (std::ranges::find(axes, static_cast<int>(i)) == axes.end()) size *= static_cast<size_t>(shape[i]);
    else result.count *= static_cast<double>(shape[i]);
  }
  result.sum.assign(size, 0);
  result.max.assign(size, -INFINITY);
  for (size_t k = 0; k < v.size(); ++k) {
    size_t at = 0, stride = 1;
    for (size_t i = shape.size(), rest = k; i-- > 0; rest /= static_cast<size_t>(shape[i]))
      if (std::ranges::find(axes, static_cast<int>(i)) == axes.end()) {
        at += rest % static_cast<size_t>(shape[i]) * stride;
        stride *= static_cast<size_t>(shape[i]);
      }
    result.sum[at] += v[k];
    result.max[at] = std::max(result.max[at], static_cast<double>(v[k]));
  }
  return result;
}

TEST(Reduce, EqualsMimic) {
  for (const Shape& shape : std::vector<Shape>{{5},
                                               {4, 7},
                                               {1, 300},
                                               {300, 1},
                                               {3, 4, 5},
                                               {2, 3, 4, 5},
                                               {3, 700},
                                               {2000, 90},
                                               {0, 3},
                                               {3, 0},
                                               {1, 1}})
    for (size_t mask = 1; mask < size_t{1} << shape.size(); ++mask) {
      Axes axes, negative;
      for (size_t i = 0; i < shape.size(); ++i)
        if (mask >> i & 1) {
          axes.push_back(static_cast<int>(i));
          negative.push_back(static_cast<int>(i) - static_cast<int>(shape.size()));
        }
      const Tensor x = random_dense(shape, 3);
      const Symbol in = input(x);
      const auto got = run({sum(in, negative), mean(in, axes, true), lacuna::max(in, axes)}, {in}, {x});
      const Mimic want = mimic(x, axes);
      const auto sums = values(got[0]), means = values(got[1]), maxima = values(got[2]);
      ASSERT_EQ(sums.size(), want.sum.size());
      ASSERT_EQ(got[1].shape().size(), shape.size());
      for (size_t i = 0; i < sums.size(); ++i) {
        EXPECT_EQ(sums[i], static_cast<float>(want.sum[i])) << to_string(shape) << ' ' << mask;
        if (want.count > 0) {
          EXPECT_NEAR(means[i], want.sum[i] / want.count, 1e-7);
        }
        EXPECT_EQ(maxima[i], static_cast<float>(want.max[i]));
      }
    }
}

TEST(Reduce, SparseSumsAreThoseOfDense) {
  const Tensor x = random_dense({40, 30}, 5, 0.9), sparse = csr(x);
  const Symbol in = input(sparse), same = input(x);
  for (const Axes& axes : {Axes{}, Axes{0}, Axes{1}, Axes{-1}, Axes{0, 1}}) {
    const auto got = run({sum(in, axes), mean(in, axes, true)}, {in}, {sparse});
    const auto want = run({sum(same, axes), mean(same, axes, true)}, {same}, {x});
    for (size_t i = 0; i < 2; ++i) {
      EXPECT_EQ(got[i].shape(), want[i].shape());
      const auto a = values(got[i]), b = values(want[i]);
      for (size_t j = 0; j < a.size(); ++j) EXPECT_NEAR(a[j], b[j], 1e-5);
    }
  }
  const Tensor wide = wide_csr(2, Dim{1} << 40, {0, 2, 3}, {7, Dim{1} << 39, 0}, {1, 2, 4});
  const Symbol w = input(wide);
  const auto sums = run({sum(w), sum(w, {1})}, {w}, {wide});
  EXPECT_EQ(values(sums[0]), (std::vector<float>{7}));
  EXPECT_EQ(values(sums[1]), (std::vector<float>{3, 4}));
}

TEST(Reduce, ZerosThatAreNotStoredCount) {
  // Rows: all negative with a gap; all negative and full; empty; one of each sign.
  const Tensor x = dense({4, 3}, {-1, 0, -2, -3, -1, -2, 0, 0, 0, 0, 5, -4});
  const Tensor ids_of_rows = to_row_sparse(x);
  for (const Tensor& sparse : {csr(x), ids_of_rows}) {
    const Symbol in = input(sparse);
    const auto got =
        run({lacuna::max(in, {1}), lacuna::min(in, {0}), prod(in, {1}), argmax(in), argmin(in, 0),
             argmax(in, std::nullopt), lacuna::max(in), norm(in, 1, {1}), norm(in, 2)},
            {in}, {sparse});
    EXPECT_EQ(values(got[0]), (std::vector<float>{0, -1, 0, 5}));
    EXPECT_EQ(values(got[1]), (std::vector<float>{-3, -1, -4}));
    EXPECT_EQ(values(got[2]), (std::vector<float>{0, -6, 0, 0}));
    EXPECT_EQ(values<int64_t>(got[3]), (std::vector<int64_t>{1, 1, 0, 1}));
    EXPECT_EQ(values<int64_t>(got[4]), (std::vector<int64_t>{1, 1, 3}));
    EXPECT_EQ(values<int64_t>(got[5]), (std::vector<int64_t>{10}));
    EXPECT_EQ(values(got[6]), (std::vector<float>{5}));
    EXPECT_EQ(values(got[7]), (std::vector<float>{3, 6, 0, 9}));
    EXPECT_NEAR(values(got[8])[0], std::sqrt(60.0), 1e-5);
  }
}

// All reductions of a tensor with many zeros, in each storage, and their gradients at the stored elements.
TEST(Reduce, SparseEqualsDense) {
  using F = Symbol (*)(const Symbol&, const Axes&, bool);
  const std::vector<F> functions = {sum,
                                    mean,
                                    lacuna::max,
                                    lacuna::min,
                                    prod,
                                    var,
                                    stddev,
                                    logsumexp,
                                    square_sum,
                                    [](const Symbol& s, const Axes& a, bool k) { return norm(s, 1, a, k); },
                                    [](const Symbol& s, const Axes& a, bool k) { return norm(s, 2, a, k); }};
  for (const Shape& shape : {Shape{7, 5}, Shape{40, 1}, Shape{1, 9}, Shape{3, 70}})
    for (const double zeros : {0.0, 0.6, 1.0}) {
      const Tensor full = random_dense(shape, 8, zeros);
      for (const Tensor& x : {csr(full), Tensor(to_row_sparse(full))})
        for (const Axes& axes : {Axes{}, Axes{0}, Axes{1}, Axes{-1}, Axes{0, 1}})
          for (const bool keepdims : {false, true})
            for (size_t f = 0; f < functions.size(); ++f) {
              SCOPED_TRACE(text("function ", f, ", ", x.spec(), ", zeros ", zeros, ", axes ",
                                to_string(Shape(axes.begin(), axes.end()))));
              const Symbol in = input(x), same = input(full);
              const auto results = [&](const Symbol& s, const Tensor& value) {
                const Symbol y = functions[f](s, axes, keepdims);
                return run({y, gradients(sum(square(y)), {s})[0]}, {s}, {value});
              };
              const auto got = results(in, x), want = results(same, full);
              ASSERT_EQ(got[0].shape(), want[0].shape());
              const auto a = values(got[0]), b = values(want[0]);
              for (size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-5 * (1 + std::abs(b[i])));
              ASSERT_EQ(got[1].storage(), x.storage());
              const auto stored = values(x), da = values(got[1]), db = values(want[1]);
              for (size_t i = 0; i < da.size(); ++i)
                if (stored[i] != 0) {
                  EXPECT_NEAR(da[i], db[i], 1e-4 * (1 + std::abs(db[i])));
                }
            }
    }
}

TEST(Reduce, RowsStayRowsWhereTheyCan) {
  const Tensor x = to_row_sparse(dense({5, 2}, {0, 0, 1, 2, 0, 0, 3, -4, 0, 0}));
  const Symbol in = input(x);
  const auto got =
      run({sum(in, {1}, true), mean(in, {-1}, true), square_sum(in, {1}, true), sum(in, {1})}, {in}, {x});
  for (size_t i = 0; i < 3; ++i) {
    ASSERT_EQ(got[i].storage(), Storage::row_sparse);
    EXPECT_EQ(got[i].row_sparse().row_ids().size(), 2u);
    EXPECT_EQ(got[i].shape(), (Shape{5, 1}));
  }
  EXPECT_EQ(values(got[0]), (std::vector<float>{0, 3, 0, -1, 0}));
  EXPECT_EQ(values(got[1]), (std::vector<float>{0, 1.5f, 0, -0.5f, 0}));
  EXPECT_EQ(values(got[2]), (std::vector<float>{0, 5, 0, 25, 0}));
  EXPECT_EQ(got[3].storage(), Storage::dense);
}

TEST(Reduce, RowsWithoutNumber) {
  constexpr Dim kRows = Dim{1} << 40;
  tensor::RowSparse a;
  a.resize({kRows, 3}, 2, DType::float32);
  std::ranges::copy(std::vector<int64_t>{kRows - 1, 5}, a.row_ids().begin());
  std::ranges::copy(std::vector<float>{3, 0, -4, 2, 2, 1}, a.values<float>().begin());
  const Tensor x = a;
  const Symbol in = placeholder(x.spec(), "x");
  std::vector<Symbol> outputs{norm(in, 2, {1}, true), max(in, {1}, true), min(in, {1}, true)};
  for (size_t i = 0; i < 3; ++i) outputs.push_back(gradients(sum(outputs[i]), {in})[0]);
  const auto got = run(outputs, {in}, {x});
  const std::vector<std::vector<float>> expected{{5, 3},
                                                 {3, 2},
                                                 {-4, 1},
                                                 {0.6f, 0, -0.8f, 2 / 3.0f, 2 / 3.0f, 1 / 3.0f},
                                                 {1, 0, 0, 0.5f, 0.5f, 0},
                                                 {0, 0, 1, 0, 0, 1}};
  for (size_t i = 0; i < got.size(); ++i) {
    ASSERT_EQ(got[i].shape(), (Shape{kRows, i < 3 ? 1 : 3}));
    for (size_t k = 0; k < expected[i].size(); ++k)
      EXPECT_FLOAT_EQ(got[i].row_sparse().values<float>()[k], expected[i][k]) << i;
  }
}

TEST(Reduce, WideMatrices) {
  const Dim wide = Dim{1} << 40;
  const Tensor x = wide_csr(3, wide, {0, 2, 2, 4}, {7, wide - 1, 0, 1}, {-1, -4, 2, 3});
  const Symbol in = input(x);
  const auto got = run({lacuna::max(in, {1}), lacuna::min(in, {1}), argmin(in), argmax(in, std::nullopt),
                        argmax(in), norm(in, 2, {1})},
                       {in}, {x});
  EXPECT_EQ(values(got[0]), (std::vector<float>{0, 0, 3}));
  EXPECT_EQ(values(got[1]), (std::vector<float>{-4, 0, 0}));
  EXPECT_EQ(values<int64_t>(got[2]), (std::vector<int64_t>{wide - 1, 0, 2}));
  EXPECT_EQ(values<int64_t>(got[3]), (std::vector<int64_t>{2 * wide + 1}));
  EXPECT_EQ(values<int64_t>(got[4]), (std::vector<int64_t>{0, 0, 1}));
  EXPECT_NEAR(values(got[5])[0], std::sqrt(17.0), 1e-6);
  EXPECT_EQ(
      message_of<InvalidArgument>([&] { sum(in, {0}); }),
      "sum: a dense result must have fewer than 2^31 rows and columns. Received: result=(1099511627776,), "
      "x=(None, 1099511627776) csr.");
}

TEST(Reduce, GradientsWhereDivisionWouldFail) {
  // For prod: a line with no zero, one, two; for norm: a line of zeros; for stddev: a line of equal values.
  const Tensor x = dense({3, 3}, {2, 3, 4, 2, 0, 4, 0, 0, 4}), zeros = dense({1, 2}, {0, 0});
  const Symbol in = input(x), z = input(zeros);
  const auto got = run({gradients(sum(prod(in, {1})), {in})[0]}, {in}, {x});
  EXPECT_EQ(values(got[0]), (std::vector<float>{12, 8, 6, 0, 8, 0, 0, 0, 0}));
  const auto flat =
      run({gradients(sum(norm(z, 2, {1})), {z})[0], gradients(sum(stddev(z, {1})), {z})[0]}, {z}, {zeros});
  for (const Tensor& g : flat) EXPECT_EQ(values(g), (std::vector<float>{0, 0}));
}

TEST(Reduce, LogSumExpDoesNotOverflow) {
  const Tensor x = dense<double>({3, 2}, {1000, 1000, -HUGE_VAL, -HUGE_VAL, HUGE_VAL, 0});
  const Symbol in = input(x);
  const auto got = values<double>(run({logsumexp(in, {1})}, {in}, {x})[0]);
  EXPECT_NEAR(got[0], 1000 + std::log(2.0), 1e-12);
  EXPECT_EQ(got[1], -HUGE_VAL);
  EXPECT_EQ(got[2], HUGE_VAL);
}

TEST(Reduce, BitsDoNotDependOnThreads) {
  const Tensor x = random_dense({70001, 9}, 6);
  const Symbol in = input(x);
  const std::vector<Symbol> all{sum(in), mean(in, {0}), sum(in, {1}), sum_of_squares(in)};
  const size_t before = num_threads();
  set_num_threads(1);
  const auto one = run(all, {in}, {x});
  set_num_threads(4);
  const auto four = run(all, {in}, {x});
  set_num_threads(before);
  for (size_t i = 0; i < all.size(); ++i) EXPECT_EQ(values(one[i]), values(four[i]));
}

TEST(Reduce, NotANumberIsNotHidden) {
  const Tensor x = dense({2, 3}, {1, std::nanf(""), 2, 3, 4, 5});
  const Symbol in = input(x);
  const auto got = values(run({lacuna::max(in, {1})}, {in}, {x})[0]);
  EXPECT_TRUE(std::isnan(got[0]));
  EXPECT_EQ(got[1], 5);
  const Tensor sparse = csr(dense({1, 3}, {0, -1, std::nanf("")}));
  const Symbol s = input(sparse);
  const auto all = run({lacuna::max(s), lacuna::min(s), prod(s), argmax(s), argmin(s)}, {s}, {sparse});
  for (size_t i = 0; i < 3; ++i) EXPECT_TRUE(std::isnan(values(all[i])[0])) << i;
  EXPECT_EQ(values<int64_t>(all[3])[0], 2);
  EXPECT_EQ(values<int64_t>(all[4])[0], 2);
}

TEST(Reduce, TiesOfMaxShareTheGradient) {
  const Tensor x = dense({2, 3}, {4, 1, 4, 0, 2, 1});
  const Symbol in = input(x);
  const auto g = gradients(sum(lacuna::max(in, {1})), {in});
  EXPECT_EQ(values(run(g, {in}, {x})[0]), (std::vector<float>{0.5, 0, 0.5, 0, 1, 0}));
}

TEST(Reduce, ArgMaxTakesTheFirst) {
  const Tensor x = dense({2, 3}, {1, 7, 7, 9, 2, 3});
  const Symbol in = input(x);
  const auto got = run({argmax(in), argmax(in, 0)}, {in}, {x});
  EXPECT_EQ(values<int64_t>(got[0]), (std::vector<int64_t>{1, 0}));
  EXPECT_EQ(values<int64_t>(got[1]), (std::vector<int64_t>{1, 0, 0}));
}

TEST(Reduce, SumOfSquaresOfRows) {
  const Tensor x = to_row_sparse(dense({4, 2}, {0, 0, 1, 2, 0, 0, 3, 0}));
  const Symbol in = input(x);
  const Symbol s = sum_of_squares(in);
  const auto got = run({s, gradients(s, {in})[0]}, {in}, {x});
  EXPECT_EQ(values(got[0])[0], 14);
  EXPECT_EQ(got[1].storage(), Storage::row_sparse);
  EXPECT_EQ(values(got[1]), (std::vector<float>{0, 0, 2, 4, 0, 0, 6, 0}));
}

TEST(Reduce, Errors) {
  const Symbol x = placeholder({{None, 3}}, "x");
  EXPECT_EQ(message_of<InvalidArgument>([&] { sum(x, {2}); }),
            "sum: an axis must be within the rank of x. Received: axis=2, x=(None, 3) dense.");
  EXPECT_EQ(message_of<InvalidArgument>([&] { argmax(x, -3); }),
            "argmax: an axis must be within the rank of x. Received: axis=-1, x=(None, 3) dense.");
  const Symbol rows = placeholder({{5, 3}, DType::float32, Storage::row_sparse}, "rows");
  const Symbol blocks = placeholder({{5, 3, 2}, DType::float32, Storage::row_sparse}, "blocks");
  EXPECT_EQ(message_of<InvalidArgument>([&] { mean(blocks, {1}); }),
            "mean: a row_sparse tensor must be reduced over its first axis, all others, or all. Received: "
            "axes=(1,), "
            "x=(5, 3, 2) row_sparse.");
  EXPECT_EQ(message_of<InvalidArgument>([&] { norm(rows, 3); }),
            "norm: ord must be 1 or 2. Received: ord=3.");
  EXPECT_EQ(sum(x, {0, -2}).shape(), (Shape{3}));
}

}  // namespace
}  // namespace lacuna

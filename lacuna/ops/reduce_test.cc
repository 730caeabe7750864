#include "lacuna/ops/reduce.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lacuna/base/threads.h"
#include "lacuna/graph/gradient.h"
#include "lacuna/ops/testing.h"

namespace lacuna {
namespace {

using namespace test;

struct Mimic {
  std::vector<double> sum, max;
  double count = 1;
};

// Each element of x goes to its place in the result.
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
            "argmax: the axis must be within the rank of x. Received: axis=-1, x=(None, 3) dense.");
  const Symbol rows = placeholder({{5, 3}, DType::float32, Storage::row_sparse}, "rows");
  EXPECT_EQ(message_of<InvalidArgument>([&] { mean(rows, {0}); }),
            "mean: a row_sparse tensor is summed over all axes. Received: axes=1, x=(5, 3) row_sparse.");
  EXPECT_EQ(sum(x, {0, -2}).shape(), (Shape{3}));
}

}  // namespace
}  // namespace lacuna

// Tests of convolution and pooling against loops that follow their definitions.
#include "lacuna/ops/convolution/convolution.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lacuna/base/threads.h"
#include "lacuna/graph/gradient.h"
#include "lacuna/ops/convolution/pooling.h"
#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/reductions/reduce.h"
#include "lacuna/ops/testing.h"

namespace lacuna {
namespace {

using test::dense, test::input, test::random_dense, test::values;

// One spatial axis: x (n, c), kernel (k, c, f), `before` zeros in front of x.
std::vector<float> slow(const std::vector<float>& x, Dim n, Dim c, const std::vector<float>& kernel, Dim k,
                        Dim f, Dim stride, Dim dilation, Dim before, Dim out) {
  std::vector<float> y;
  for (Dim p = 0; p < out; ++p)
    for (Dim j = 0; j < f; ++j) {
      double sum = 0;
      for (Dim t = 0; t < k; ++t) {
        const Dim at = p * stride + t * dilation - before;
        for (Dim i = 0; at >= 0 && at < n && i < c; ++i)
          sum += static_cast<double>(x[static_cast<size_t>(at * c + i)]) *
                 static_cast<double>(kernel[static_cast<size_t>((t * c + i) * f + j)]);
      }
      y.push_back(static_cast<float>(sum));
    }
  return y;
}

TEST(Convolution, IsItsDefinition) {
  const Dim n = 9, c = 3, k = 3, f = 4;
  const Tensor x = random_dense({1, n, c}, 1), kernel = random_dense({k, c, f}, 2);
  struct Case {
    Padding padding;
    Dim stride, dilation, before, out;
  };
  for (const auto& [padding, stride, dilation, before, out] :
       {Case{Padding::valid, 1, 1, 0, 7}, Case{Padding::valid, 2, 1, 0, 4}, Case{Padding::valid, 1, 3, 0, 3},
        Case{Padding::same, 1, 1, 1, 9}, Case{Padding::same, 2, 1, 1, 5}, Case{Padding::same, 4, 1, 1, 3},
        Case{Padding::same, 1, 2, 2, 9}, Case{Padding::causal, 1, 2, 4, 9}}) {
    const Symbol in = input(x), w = placeholder(kernel.spec(), "kernel");
    const Symbol y = convolution(in, w, {.strides = {stride}, .dilation = {dilation}, .padding = padding});
    EXPECT_EQ(y.shape(), (Shape{None, out, f}));
    const auto found = values(test::run({y}, {in, w}, {x, kernel})[0]);
    const auto wanted = slow(values(x), n, c, values(kernel), k, f, stride, dilation, before, out);
    ASSERT_EQ(found.size(), wanted.size());
    for (size_t i = 0; i < wanted.size(); ++i) EXPECT_NEAR(found[i], wanted[i], 1e-5) << i;
  }
}

TEST(Convolution, OfOpenSizesDependsOnTheRun) {
  const Tensor kernel = random_dense({3, 2, 4}, 2);
  const Symbol in = placeholder({{None, None, 2}, DType::float32, Storage::dense}, "x"),
               w = placeholder(kernel.spec(), "kernel");
  const Symbol y = convolution(in, w, {.strides = {2}, .padding = Padding::same});
  EXPECT_EQ(y.shape(), (Shape{None, None, 4}));
  for (const Dim n : {1, 4, 7}) {
    const Tensor x = random_dense({1, n, 2}, 3);
    const Dim out = (n + 1) / 2;
    const auto found = values(test::run({y}, {in, w}, {x, kernel})[0]);
    const auto wanted = slow(values(x), n, 2, values(kernel), 3, 4, 2, 1, ((out - 1) * 2 + 3 - n) / 2, out);
    ASSERT_EQ(found.size(), wanted.size());
    for (size_t i = 0; i < wanted.size(); ++i) EXPECT_NEAR(found[i], wanted[i], 1e-5) << i;
  }
  const Symbol whole = convolution(in, w);
  EXPECT_THROW(test::run({whole}, {in, w}, {random_dense({1, 2, 2}, 3), kernel}), InvalidArgument);
}

// All results of a large convolution and its gradients: several chunks, whole samples and parts of one.
std::vector<float> large(const Shape& shape, const Shape& kernel_shape) {
  const Tensor x = random_dense(shape, 1), kernel = random_dense(kernel_shape, 2);
  const Symbol in = input(x), w = placeholder(kernel.spec(), "kernel");
  const Symbol y = convolution(in, w, {.padding = Padding::same});
  const auto d = gradients(sum(multiply(y, y)), {in, w});
  std::vector<float> all;
  for (const Tensor& t : test::run({y, d[0], d[1]}, {in, w}, {x, kernel})) {
    const auto v = values(t);
    all.insert(all.end(), v.begin(), v.end());
  }
  return all;
}

TEST(Convolution, HasTheSameBitsOnAnyNumberOfThreads) {
  const size_t before = num_threads();
  for (const auto& [x, kernel] : {std::pair{Shape{40, 50, 32}, Shape{5, 32, 24}},
                                  std::pair{Shape{2, 40, 60, 16}, Shape{3, 3, 16, 20}}}) {
    set_num_threads(1);
    const auto alone = large(x, kernel);
    set_num_threads(4);
    EXPECT_EQ(large(x, kernel), alone);
  }
  set_num_threads(before);
}

TEST(Convolution, OfManyChunksIsThatOfEachSample) {
  const Tensor x = random_dense({3, 40, 60, 16}, 1), kernel = random_dense({3, 3, 16, 20}, 2);
  const Symbol in = input(x), w = placeholder(kernel.spec(), "kernel");
  const Symbol y = convolution(in, w, {.padding = Padding::same});
  const auto all = values(test::run({y}, {in, w}, {x, kernel})[0]);
  const size_t size = 40 * 60 * 16, made = 40 * 60 * 20;
  const auto all_x = values(x);
  for (size_t i = 0; i < 3; ++i) {
    const Tensor one =
        dense<float>({1, 40, 60, 16}, {all_x.begin() + static_cast<ptrdiff_t>(i * size),
                                       all_x.begin() + static_cast<ptrdiff_t>((i + 1) * size)});
    const auto part = values(test::run({y}, {in, w}, {one, kernel})[0]);
    EXPECT_TRUE(std::equal(part.begin(), part.end(), all.begin() + static_cast<ptrdiff_t>(i * made)));
  }
}

TEST(Convolution, SaysWhatDoesNotFit) {
  const Symbol x = placeholder({{None, 5, 3}, DType::float32, Storage::dense}, "x");
  const auto kernel = [](Shape shape) { return placeholder({std::move(shape)}, "kernel"); };
  EXPECT_THROW(convolution(x, kernel({2, 4, 1})), InvalidArgument);
  EXPECT_THROW(convolution(x, kernel({6, 3, 1})), InvalidArgument);
  EXPECT_THROW(convolution(x, kernel({2, 2, 3, 1})), InvalidArgument);
  EXPECT_THROW(convolution(x, kernel({2, 3, 1}), {.strides = {1, 1}}), InvalidArgument);
  EXPECT_THROW(convolution(x, kernel({2, 3, 1}), {.strides = {0}}), InvalidArgument);
  EXPECT_THROW(convolution_transpose(x, kernel({2, 4, 3}), {-7}), InvalidArgument);
  const Symbol sparse = placeholder({{None, 5}, DType::float32, Storage::csr}, "x");
  try {
    convolution(sparse, kernel({2, 3, 1}));
    FAIL();
  } catch (const InvalidArgument& error) {
    EXPECT_NE(std::string(error.what()).find("to_dense(x)"), std::string::npos) << error.what();
  }
}

TEST(Pooling, PaddingDoesNotCount) {
  const Tensor x = dense({1, 3, 2}, {-1, 4, -3, 2, -5, 9});
  const Symbol in = input(x);
  const PoolingOptions same{.strides = {2}, .padding = Padding::same};
  EXPECT_EQ(values(test::run({pooling(in, {2}, same)}, {in}, {x})[0]), (std::vector<float>{-1, 4, -5, 9}));
  const PoolingOptions mean{.strides = {2}, .padding = Padding::same, .mode = Pool::average};
  EXPECT_EQ(values(test::run({pooling(in, {2}, mean)}, {in}, {x})[0]), (std::vector<float>{-2, 3, -5, 9}));
}

TEST(Pooling, TheFirstLargestGetsTheGradientAndNaNIsKept) {
  const Tensor x = dense({1, 4, 1}, {2, 2, 1, 2}), bad = dense({1, 4, 1}, {2, NAN, 1, 2});
  const Symbol in = input(x);
  const Symbol y = pooling(in, {3}, {.strides = {1}});
  const Symbol dx = gradients(sum(y), {in})[0];
  EXPECT_EQ(values(test::run({dx}, {in}, {x})[0]), (std::vector<float>{1, 1, 0, 0}));
  for (const float v : values(test::run({y}, {in}, {bad})[0])) EXPECT_TRUE(std::isnan(v));
}

TEST(Pooling, HasASecondDerivative) {
  const Tensor x = dense({1, 4, 1}, {3, 1, 2, 5}), factors = dense({1, 4, 1}, {1, 10, 100, 1000});
  const Symbol in = input(x), c = input(factors);
  for (const auto& [mode, wanted] : {std::pair{Pool::max, std::vector<float>{2, 0, 0, 2000}},
                                     std::pair{Pool::average, std::vector<float>{5.5, 5.5, 550, 550}}}) {
    const Symbol y = pooling(in, {2}, {.mode = mode});
    const Symbol dx = gradients(sum(multiply(y, y)), {in})[0];
    const Symbol second = gradients(sum(multiply(dx, c)), {in})[0];
    EXPECT_EQ(values(test::run({second}, {in, c}, {x, factors})[0]), wanted);
  }
}

TEST(Pooling, TakesChannelsFirst) {
  const Tensor x = dense({1, 2, 4}, {1, 5, 2, 3, 8, 6, 7, 9});
  const Symbol in = input(x);
  const Symbol y = pooling(in, {2}, {.channels_first = true});
  EXPECT_EQ(y.shape(), (Shape{None, 2, 2}));
  EXPECT_EQ(values(test::run({y}, {in}, {x})[0]), (std::vector<float>{5, 3, 8, 9}));
}

}  // namespace
}  // namespace lacuna

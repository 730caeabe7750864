// Bugs that MXNet's sparse operators have or had, each with a test that fails if Lacuna has it too. #n is a
// thread of apache/mxnet; the others were found in its source, release 1.9.1.
#include <gtest/gtest.h>

#include <cmath>

#include "lacuna/graph/gradient.h"
#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/elementwise/compare.h"
#include "lacuna/ops/elementwise/operators.h"
#include "lacuna/ops/elementwise/scalar.h"
#include "lacuna/ops/elementwise/unary.h"
#include "lacuna/ops/parts/cast.h"
#include "lacuna/ops/reductions/reduce.h"
#include "lacuna/ops/shape/retain.h"
#include "lacuna/ops/testing.h"

namespace lacuna {
namespace {

using namespace test;

Symbol sparse_symbol(Dim columns = 4) {
  return placeholder({{None, columns}, DType::float32, Storage::csr}, "x");
}

// #13193: columns were in reverse order, and the room for lhs + rhs entries was never cut to size, which left
// garbage at the end.
TEST(MXNetFaults, ElementwiseOfTwoCsrIsSortedAndCut) {
  const Tensor x = csr(dense({2, 4}, {0, 1, 2, 0, 0, 0, 0, 5})),
               y = csr(dense({2, 4}, {0, 5, 0, 0, 0, 0, 0, 0}));
  const Symbol a = input(x), b = input(y);
  const std::vector<Symbol> all{add(a, b),     subtract(a, b), multiply(a, b),  maximum(a, b),
                                minimum(a, b), hypot(a, b),    not_equal(a, b), greater(a, b)};
  const auto got = run(all, {a, b}, {x, y});
  for (size_t i = 0; i < all.size(); ++i) {
    const tensor::Csr& c = got[i].csr();
    EXPECT_TRUE(c.validate("result")) << i;
    EXPECT_EQ(c.nonzeros(), c.indices.as<int32_t>().size()) << i;
    EXPECT_EQ(c.nonzeros(), c.values<float>().size()) << i;
  }
  EXPECT_EQ(values(got[0]), (std::vector<float>{0, 6, 2, 0, 0, 0, 0, 5}));
}

// mean(csr) that adds to a gradient did out += out / n.
TEST(MXNetFaults, MeansAddUp) {
  const Tensor x = csr(dense({2, 4}, {0, 1, 2, 0, 0, 0, 0, 5}));
  const Symbol in = input(x);
  const Symbol twice = add(mean(in), mean(square(in)));
  EXPECT_FLOAT_EQ(values(run({twice}, {in}, {x})[0])[0], 8 / 8.0f + 30 / 8.0f);
  EXPECT_EQ(values(run({gradients(twice, {in})[0]}, {in}, {x})[0]),
            (std::vector<float>{0, 0.375f, 0.625f, 0, 0, 0, 0, 1.375f}));
}

// elemwise_div and power of a sparse and a dense operand made both dense, without a warning; so did all ops
// without a kernel.
TEST(MXNetFaults, NothingBecomesDenseUnasked) {
  const Symbol x = sparse_symbol(), y = placeholder({{None, 4}}, "y");
  EXPECT_EQ(divide(x, y).storage(), Storage::csr);
  EXPECT_THROW(divide(y, x), InvalidArgument);
  EXPECT_THROW(divide(x, x), InvalidArgument);
  EXPECT_THROW(power(x, y), InvalidArgument);
  for (Symbol (*f)(const Symbol&) : {exp, cos, sigmoid, gamma, arccos})
    EXPECT_NE(message_of<InvalidArgument>([&] { f(x); }).find("to_dense(x)"), std::string::npos);
}

// x * s and broadcast_mul of stored values hid a NaN. In Lacuna, 0 * NaN of a value that is not stored is 0
// too, as documented; a stored NaN stays.
TEST(MXNetFaults, StoredNaNsStay) {
  const float nan = std::nanf("");
  const Tensor x = csr(dense({1, 4}, {nan, 1, 0, 0})), row = dense({1, 4}, {1, nan, nan, 1});
  const Symbol in = input(x), by = input(row);
  const auto got = run({in * 0.0, multiply(in, by), relu(in), maximum(in, 0.0), sign(in), lacuna::max(in)},
                       {in, by}, {x, row});
  EXPECT_TRUE(std::isnan(values(got[0])[0]));
  EXPECT_TRUE(std::isnan(values(got[1])[0]) && std::isnan(values(got[1])[1]));
  EXPECT_EQ(values(got[1])[2], 0);
  for (size_t i = 2; i < got.size(); ++i) EXPECT_TRUE(std::isnan(values(got[i])[0])) << i;
}

// sum, mean and norm took only one axis, 0 or 1, and no keepdims; max, min and argmax made the tensor dense.
TEST(MXNetFaults, ReductionsTakeAnyAxes) {
  for (const Axes& axes : {Axes{}, Axes{0}, Axes{1}, Axes{-1}, Axes{0, 1}})
    for (const bool keepdims : {false, true})
      for (const Storage storage : {Storage::csr, Storage::row_sparse}) {
        const Symbol x = placeholder({{7, 4}, DType::float32, storage}, "x");
        for (const Symbol& y :
             {sum(x, axes, keepdims), mean(x, axes, keepdims), lacuna::max(x, axes, keepdims),
              norm(x, 2, axes, keepdims), square_sum(x, axes, keepdims)})
          EXPECT_EQ(y.rank(), keepdims ? 2 : axes.empty() ? 0 : 2 - axes.size());
      }
}

// #20605: the gradient of a csr operand was dense, or made dense.
TEST(MXNetFaults, GradientsOfCsrHaveItsPattern) {
  const Tensor x = csr(dense({2, 4}, {0, 1, 2, 0, 0, 0, 0, 5})), column = dense({2, 1}, {2, 3});
  const Symbol in = input(x), by = input(column);
  const std::vector<Symbol> results{multiply(in, by), add(in, by), maximum(in, by),      sqrt(in),
                                    power(in, 3),     mean(in),    lacuna::max(in, {1}), logsumexp(in, {0})};
  for (const Symbol& y : results) {
    const Symbol g = gradients(sum(y), {in})[0];
    ASSERT_EQ(g.storage(), Storage::csr);
    const Tensor got = run({g}, {in, by}, {x, column})[0];
    EXPECT_TRUE(std::ranges::equal(got.csr().indices.as<int32_t>(), x.csr().indices.as<int32_t>()));
  }
}

// #9176: row_sparse + 0 was dense.
TEST(MXNetFaults, AddingZeroKeepsStorage) {
  for (const Storage storage : {Storage::csr, Storage::row_sparse}) {
    const Symbol x = placeholder({{7, 4}, DType::float32, storage}, "x");
    EXPECT_TRUE(x + 0.0 == x && x - 0.0 == x && 0.0 + x == x);
    EXPECT_EQ((x * 3).storage(), storage);
    EXPECT_EQ((x / 3).storage(), storage);
  }
}

// clip of csr was dense where its docs said csr.
TEST(MXNetFaults, ClipSaysWhatItDoes) {
  EXPECT_EQ(clip(sparse_symbol(), -1, 1).storage(), Storage::csr);
  EXPECT_THROW(clip(sparse_symbol(), 0.5, 1), InvalidArgument);
}

// Most gradients of unary functions supported only a dense result.
TEST(MXNetFaults, UnaryGradientsKeepStorage) {
  for (const Storage storage : {Storage::csr, Storage::row_sparse})
    for (Symbol (*f)(const Symbol&) : {sqrt, tanh, log1p, expm1, sin, arctan, cbrt, degrees}) {
      const Symbol x = placeholder({{7, 4}, DType::float32, storage}, "x");
      EXPECT_EQ(gradients(sum(f(x)), {x})[0].storage(), storage);
    }
}

// RowSparseNDArray.retain dropped its own rows.
TEST(MXNetFaults, RetainKeepsRows) {
  const Tensor x = to_row_sparse(dense({3, 1}, {1, 2, 3})), ids = dense<int32_t>({2}, {2, 0});
  const Symbol in = input(x), which = input(ids);
  EXPECT_EQ(values(run({retain(in, which)}, {in, which}, {x, ids})[0]), (std::vector<float>{1, 0, 3}));
}

// #10310, #8500: 8 bytes were used for each of all features; sizes had 32 bits.
TEST(MXNetFaults, ColumnsCostNothing) {
  const Dim wide = Dim{1} << 40;
  const Tensor x = wide_csr(2, wide, {0, 2, 3}, {7, wide - 1, 0}, {1, -2, 4});
  const Symbol in = input(x);
  const auto got = run({lacuna::max(in, {1}), argmin(in), sum(square(in)), maximum(in, 0.0)}, {in}, {x});
  EXPECT_EQ(values(got[0]), (std::vector<float>{1, 4}));
  EXPECT_EQ(values<int64_t>(got[1]), (std::vector<int64_t>{wide - 1, 1}));
  EXPECT_EQ(values(got[2])[0], 21);
  EXPECT_EQ(got[3].csr().nonzeros(), 3u);
}

}  // namespace
}  // namespace lacuna

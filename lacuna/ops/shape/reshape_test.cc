// Tests of reshape.
#include "lacuna/ops/shape/reshape.h"

#include <gtest/gtest.h>

#include "lacuna/ops/testing.h"

namespace lacuna {
namespace {

using namespace test;

TEST(Reshape, SharesMemory) {
  const Tensor x = random_dense({2, 3, 4}, 1);
  const Symbol in = input(x);
  const std::vector<Symbol> outputs{reshape(in, {4, -1}), flatten(in), expand_dims(in, -1),
                                    expand_dims(in, 1), squeeze(expand_dims(in, 1), 1)};
  const std::vector<Shape> open{{None, 4, 3}, {None, 12}, {None, 3, 4, 1}, {None, 1, 3, 4}, {None, 3, 4}};
  Plan plan({in}, outputs, false);
  plan.run(std::vector<const Tensor*>{&x});
  for (size_t i = 0; i < outputs.size(); ++i) {
    EXPECT_EQ(outputs[i].shape(), open[i]);
    Shape actual = open[i];
    actual[0] = 2;
    EXPECT_EQ(plan.output(i).shape(), actual);
    EXPECT_EQ(plan.output(i).dense().data.data(), x.dense().data.data());
  }
}

TEST(Reshape, OpenDimensionsAreFilledWhenRun) {
  const Symbol in = placeholder({{None, None, 4}}, "x");
  const Symbol y = reshape(in, {2, -1});
  EXPECT_EQ(y.shape(), (Shape{None, 2, None}));
  EXPECT_EQ(run({y}, {in}, {random_dense({2, 3, 4}, 1)})[0].shape(), (Shape{2, 2, 6}));
}

TEST(Reshape, CsrIsFlatAlready) {
  const Symbol x = placeholder({{None, 3}, DType::float32, Storage::csr}, "x");
  EXPECT_TRUE(flatten(x) == x);
}

TEST(Reshape, OfCsrIsInCOrder) {
  const Tensor x = random_dense({6, 8}, 1, 0.6), sparse = csr(x);
  const Symbol in = input(sparse);
  for (const Shape& shape : {Shape{3, 16}, Shape{-1, 4}, Shape{48, 1}, Shape{1, -1}, Shape{2, -1}}) {
    const Symbol y = reshape_all(in, shape);
    const Tensor z = run({y}, {in}, {sparse})[0];
    EXPECT_EQ(z.storage(), Storage::csr);
    EXPECT_TRUE(z.csr().validate("reshape"));
    EXPECT_EQ(values(z), values(x));
    for (size_t i = 0; i < 2; ++i) EXPECT_TRUE(shape[i] == -1 || z.shape()[i] == shape[i]);
  }
  // From rows to columns beyond 32 bits, and back.
  const Dim huge = Dim{1} << 40;
  const Tensor wide = wide_csr(4, huge, {0, 1, 1, 2, 3}, {3, huge - 1, 0}, {1, 2, 3});
  const Symbol a = input(wide), one = reshape_all(a, {1, -1}), back = reshape_all(one, {4, -1});
  const auto out = run({one, back}, {a}, {wide});
  EXPECT_EQ(out[0].shape(), (Shape{1, 4 * huge}));
  EXPECT_TRUE(std::ranges::equal(out[0].csr().indices.as<int64_t>(),
                                 std::vector<int64_t>{3, 3 * huge - 1, 3 * huge}));
  EXPECT_TRUE(std::ranges::equal(out[1].csr().indptr.as<int64_t>(), wide.csr().indptr.as<int64_t>()));
  EXPECT_TRUE(std::ranges::equal(out[1].csr().indices.as<int64_t>(), wide.csr().indices.as<int64_t>()));
}

TEST(Reshape, CsrErrorsSayWhatToWrite) {
  const Symbol x = placeholder({{4, 6}, DType::float32, Storage::csr}, "x");
  EXPECT_EQ(
      message_of<InvalidArgument>([&] {
        reshape_all(x, {2, 3, 4});
      }),
      "reshape: a csr matrix has rank 2; write reshape(to_dense(x), …) to store its zeros. Received: x=(4, "
      "6) csr, target_shape=(2, 3, 4).");
  EXPECT_EQ(
      message_of<InvalidArgument>([&] { expand_dims(x); }),
      "expand_dims: a csr matrix has rank 2 and keeps its batch here; write expand_dims(to_dense(x), …) to "
      "store its zeros. "
      "Received: x=(4, 6) csr.");
  EXPECT_EQ(message_of<InvalidArgument>([&] {
              reshape_all(x, {5, -1});
            }),
            "reshape: target_shape must hold as many values as x, fewer than 2^63. Received: x=(4, 6), "
            "target_shape=(5, None).");
}

TEST(Reshape, Errors) {
  const Symbol x = placeholder({{None, 3, 4}}, "x");
  EXPECT_EQ(
      message_of<InvalidArgument>([&] {
        reshape(x, {5, -1});
      }),
      "reshape: target_shape must hold as many values as x without the batch. Received: x=(None, 3, 4), "
      "target_shape=(5, None).");
  EXPECT_EQ(message_of<InvalidArgument>([&] {
              reshape(x, {-1, -1});
            }),
            "reshape: one dimension may be -1. Received: target_shape=(None, None).");
  EXPECT_EQ(message_of<InvalidArgument>([&] { squeeze(x, 1); }),
            "squeeze: the axis must have size 1. Received: x=(None, 3, 4), axis=1.");
}

}  // namespace
}  // namespace lacuna

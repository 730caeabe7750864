#include "lacuna/ops/reshape.h"

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

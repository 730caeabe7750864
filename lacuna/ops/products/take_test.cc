// Tests of take.
#include "lacuna/ops/products/take.h"

#include <gtest/gtest.h>

#include "lacuna/graph/registry.h"
#include "lacuna/ops/testing.h"

namespace lacuna {
namespace {

using namespace test;

// The node's own gradient for its first input, given dy.
Symbol gradient_of(const Symbol& y, const Symbol& dy) {
  const Node& node = *y.node();
  std::vector<bool> wanted(node.in().size(), false);
  wanted[0] = true;
  return node.op().gradient(node, std::vector{dy}, wanted)[0];
}

template <class I>
void take_and_back(size_t width, size_t count) {
  const Dim rows = 50, units = static_cast<Dim>(width);
  const auto w = std::make_shared<Variable>("w", random_dense({rows, units}, 1).dense());
  Generator random(2);
  std::vector<I> ids(count);
  for (I& id : ids) id = static_cast<I>(random.below(20));
  const Tensor ids_tensor = dense<I>({static_cast<Dim>(count / 2), 2}, ids);
  const Tensor dy = random_dense({static_cast<Dim>(count / 2), 2, units}, 3);
  const Symbol x = input(ids_tensor), g = input(dy);
  const Symbol y = take(read(w), x);
  const Symbol dw = gradient_of(y, g);
  EXPECT_EQ(y.shape(), (Shape{None, 2, units}));
  EXPECT_EQ(dw.spec(), (Spec{{rows, units}, DType::float32, Storage::row_sparse}));
  const auto out = run({y, dw}, {x, g}, {ids_tensor, dy});

  const auto from = values(w->value()), d = values(dy), came = values(out[0]);
  std::vector<double> expected(static_cast<size_t>(rows) * width);
  for (size_t i = 0; i < count; ++i)
    for (size_t j = 0; j < width; ++j) {
      EXPECT_EQ(came[i * width + j], from[static_cast<size_t>(ids[i]) * width + j]);
      expected[static_cast<size_t>(ids[i]) * width + j] += static_cast<double>(d[i * width + j]);
    }
  const auto got = values(out[1]);
  for (size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(got[i], expected[i], 1e-4);
  std::vector<I> distinct = ids;
  std::ranges::sort(distinct);
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  EXPECT_EQ(out[1].row_sparse().row_ids().size(), distinct.size());
}

TEST(Take, EqualsMimicAndGivesUniqueRows) {
  take_and_back<int32_t>(3, 40);
  take_and_back<int64_t>(1, 40);
  take_and_back<int64_t>(130, 600);
}

TEST(Take, IdOutOfRangeIsNamed) {
  const auto w = std::make_shared<Variable>("w", random_dense({5, 2}, 1).dense());
  for (const int32_t bad : {5, -1}) {
    const Tensor ids = dense<int32_t>({3}, {0, bad, 1});
    const Symbol x = input(ids);
    EXPECT_EQ(message_of<OutOfRange>([&] { run({take(read(w), x)}, {x}, {ids}); }),
              text("take: ids must be in [0, 5), the rows of w. Received: id=", bad,
                   " at place 1, w=(5, 2) dense."));
  }
}

TEST(Take, FloatsAreNoIds) {
  const auto w = std::make_shared<Variable>("w", random_dense({5, 2}, 1).dense());
  const Tensor floats = dense({2}, {0, 1});
  const Symbol x = input(floats);
  EXPECT_EQ(message_of<InvalidArgument>([&] { take(read(w), x); }),
            "take: ids must be integers (int32 or int64). Received: ids=(None,) dense.");
  const Symbol ids = as_ids(x);
  EXPECT_TRUE(is_as_ids(*ids.node()));
  EXPECT_EQ(ids.dtype(), DType::int64);
  EXPECT_EQ(
      message_of<InvalidArgument>([&] { run({take(read(w), ids)}, {x}, {floats}); }),
      "as_ids: ids must be int32 or int64, since a float does not carry every id. Received: ids=float32.");
  const Tensor whole = dense<int32_t>({2}, {3, 1});
  const Symbol i = input(whole);
  EXPECT_EQ(as_ids(i).dtype(), DType::int32);
  EXPECT_EQ(values<int32_t>(run({as_ids(i)}, {i}, {whole})[0]), (std::vector<int32_t>{3, 1}));
}

}  // namespace
}  // namespace lacuna

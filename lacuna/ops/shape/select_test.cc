// Tests of select.
#include "lacuna/ops/shape/select.h"

#include <gtest/gtest.h>

#include "lacuna/ops/shape/places.h"
#include "lacuna/ops/testing.h"

namespace lacuna {
namespace {

using namespace test;

// x[ids] along an axis of a matrix.
std::vector<float> mimic(const Tensor& x, const std::vector<int64_t>& ids, bool rows) {
  const auto from = values(x);
  const auto n = static_cast<size_t>(x.shape()[0]), m = static_cast<size_t>(x.shape()[1]);
  std::vector<float> result;
  for (size_t r = 0; r < (rows ? ids.size() : n); ++r)
    for (size_t c = 0; c < (rows ? m : ids.size()); ++c)
      result.push_back(rows ? from[static_cast<size_t>(ids[r]) * m + c]
                            : from[r * m + static_cast<size_t>(ids[c])]);
  return result;
}

Symbol gradient_of(const Symbol& y, const Symbol& dy) {
  std::vector<bool> wanted(y.node()->in().size(), false);
  wanted[0] = true;
  return y.node()->op().gradient(*y.node(), std::vector{dy}, wanted)[0];
}

TEST(Select, AnyOrderAndAnyNumberOfTimes) {
  const Tensor x = random_dense({7, 9}, 1, 0.6), sparse = csr(x);
  for (const int axis : {0, 1})
    for (const std::vector<int64_t>& ids :
         {std::vector<int64_t>{3, 1, 6, 3, 3, 0}, {}, {5}, {6, 5, 4, 3, 2, 1, 0}}) {
      const Tensor id_tensor = dense<int64_t>({static_cast<Dim>(ids.size())}, ids);
      const Symbol in = input(x), in_csr = input(sparse), in_ids = input(id_tensor);
      const Symbol y = select(in, in_ids, axis), z = select(in_csr, in_ids, axis);
      const auto out = run({y, z, gradient_of(y, y), gradient_of(z, z), gradient_of(z, y)},
                           {in, in_csr, in_ids}, {x, sparse, id_tensor});
      EXPECT_EQ(values(out[0]), mimic(x, ids, axis == 0));
      EXPECT_EQ(values(out[1]), mimic(x, ids, axis == 0));
      EXPECT_TRUE(out[1].csr().validate("select")) << "sorted and unique";
      // With y as the gradient of y, the gradient is x times how often each value was selected.
      std::vector<float> expected = values(x);
      for (size_t i = 0; i < expected.size(); ++i) {
        const auto place = static_cast<int64_t>(axis == 0 ? i / 9 : i % 9);
        expected[i] *= static_cast<float>(std::ranges::count(ids, place));
      }
      for (size_t g = 2; g < 5; ++g) {
        const auto got = values(out[g]);
        for (size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(got[i], expected[i], 1e-5);
      }
      EXPECT_EQ(out[3].csr().nonzeros(), sparse.csr().nonzeros());
    }
}

TEST(Select, ColumnsUpTo2To40) {
  const Dim huge = Dim{1} << 40;
  const Tensor x = wide_csr(2, huge, {0, 2, 3}, {3, huge - 2, huge - 4}, {1, 2, 3});
  const Tensor ids = dense<int64_t>({4}, {huge - 2, 3, huge - 2, 5}), rows = dense<int64_t>({3}, {1, 0, 1});
  const Symbol in = input(x), in_ids = input(ids), in_rows = input(rows);
  const auto out =
      run({select(in, in_ids, 1), select(in, in_rows, 0)}, {in, in_ids, in_rows}, {x, ids, rows});
  EXPECT_EQ(values(out[0]), (std::vector<float>{2, 1, 2, 0, 0, 0, 0, 0}));
  EXPECT_TRUE(std::ranges::equal(out[1].csr().indices.as<int64_t>(),
                                 std::vector<int64_t>{huge - 4, 3, huge - 2, huge - 4}));
}

TEST(Select, MaskedTiledRepeatedClippedWrapped) {
  const Tensor x = random_dense({4, 3}, 1, 0.5), mask = dense({4}, {0, 2, 0, 1}),
               ids = dense<int64_t>({3}, {-1, 2, 9});
  const Symbol in = input(csr(x)), in_mask = input(mask), in_ids = input(ids);
  const auto selected = [&](const Symbol& places, int axis) { return select(in, places, axis); };
  const auto out =
      run({selected(mask_places(in_mask, in, 0), 0), selected(tile_places(in, 1, 2), 1),
           selected(repeat_places(in, 0, 2), 0), selected(places_within(in_ids, in, 0, "clip"), 0),
           selected(places_within(in_ids, in, 0, "wrap"), 0)},
          {in, in_mask, in_ids}, {csr(x), mask, ids});
  EXPECT_EQ(values(out[0]), mimic(x, {1, 3}, true));
  EXPECT_EQ(values(out[1]), mimic(x, {0, 1, 2, 0, 1, 2}, false));
  EXPECT_EQ(values(out[2]), mimic(x, {0, 0, 1, 1, 2, 2, 3, 3}, true));
  EXPECT_EQ(values(out[3]), mimic(x, {0, 2, 3}, true));
  EXPECT_EQ(values(out[4]), mimic(x, {3, 2, 1}, true));
}

TEST(Select, Errors) {
  const Tensor x = csr(random_dense({4, 3}, 1));
  const Symbol in = input(x);
  for (const int64_t bad : {-1, 4}) {
    const Tensor ids = dense<int64_t>({2}, {0, bad});
    const Symbol in_ids = input(ids);
    EXPECT_EQ(message_of<OutOfRange>([&] {
                run({select(in, in_ids)}, {in, in_ids}, {x, ids});
              }),
              text("select: ids must be in [0, 4), the size of the axis. Received: id=", bad,
                   " at place 1, x=(4, 3) csr."));
  }
  EXPECT_EQ(message_of<InvalidArgument>([&] { select(in, placeholder({{None}}, "ids")); }),
            "select: ids must be integers (int32 or int64) of rank 1. Received: ids=(None,) dense.");
  const Tensor mask = dense({3}, {1, 0, 1});
  const Symbol in_mask = input(mask);
  EXPECT_EQ(
      message_of<InvalidArgument>([&] {
        run({mask_places(in_mask, in, 0)}, {in, in_mask}, {x, mask});
      }),
      "mask_places: a mask must have a value for each place of the axis. Received: len(mask)=3, size=4.");
}

}  // namespace
}  // namespace lacuna

// Known bugs of MXNet's products, slices and ids of sparse tensors, which Lacuna must not have.
#include <gtest/gtest.h>

#include "lacuna/ops/products/dot.h"
#include "lacuna/ops/products/dot_t.h"
#include "lacuna/ops/products/take.h"
#include "lacuna/ops/shape/select.h"
#include "lacuna/ops/shape/slice.h"
#include "lacuna/ops/testing.h"

namespace lacuna {
namespace {

using namespace test;

constexpr int64_t kEnd = INT64_MAX;

// csr[0:0] gave all rows.
TEST(MxnetFaults, AnEmptySliceIsEmpty) {
  const Tensor x = csr(random_dense({4, 3}, 1, 0.5));
  const Symbol in = input(x);
  const auto out = run({slice(in, 0, 0, 0), slice(in, 1, 0, 0), slice(in, 0, 3, 1)}, {in}, {x});
  EXPECT_EQ(out[0].shape(), (Shape{0, 3}));
  EXPECT_EQ(out[1].shape(), (Shape{4, 0}));
  EXPECT_EQ(out[2].shape(), (Shape{0, 3}));
  for (const Tensor& y : out) EXPECT_EQ(y.csr().nonzeros(), 0u);
}

// A step of (1, 1) made the slice dense; other steps were an error.
TEST(MxnetFaults, SlicesWithStepsStayCsr) {
  const Tensor x = csr(random_dense({5, 6}, 1, 0.5));
  const Symbol in = input(x);
  for (const int64_t step : {1, 2, -1}) {
    const int64_t first = step > 0 ? 0 : kEnd, last = step > 0 ? kEnd : INT64_MIN;
    const Symbol y = slice(slice(in, 0, first, last, step), 1, first, last, step);
    EXPECT_EQ(y.storage(), Storage::csr);
    const auto got = values(run({y}, {in}, {x})[0]), from = values(x);
    const size_t stride = step == 2 ? 2 : 1, rows = step == 2 ? 3 : 5, columns = step == 2 ? 3 : 6;
    ASSERT_EQ(got.size(), rows * columns);
    for (size_t r = 0; r < rows; ++r)
      for (size_t c = 0; c < columns; ++c)
        EXPECT_EQ(got[r * columns + c],
                  step < 0 ? from[(4 - r) * 6 + 5 - c] : from[r * stride * 6 + c * stride]);
  }
}

// The GPU's csr transposed by dense computed places in the type of the values: wrong above 2^24. And each
// step scanned all features, with an array of their number.
TEST(MxnetFaults, TransposedProductsOfManyFeaturesAreExactAndCheap) {
  const int64_t features = int64_t{1} << 40;
  const Tensor x = wide_csr(2, features, {0, 2, 3}, {(1 << 24) + 1, features - 1, (1 << 24) + 1}, {1, 2, 3});
  const Tensor dy = random_dense({2, 40}, 1);
  for (const int64_t units : {1, 3, 40}) {
    const Symbol a = input(x), b = input(dy), y = dot_t(a, slice(b, 1, 0, units));
    const Tensor g = run({y}, {a, b}, {x, dy})[0];
    EXPECT_EQ(g.shape(), (Shape{features, units}));
    const auto ids = g.row_sparse().row_ids();
    ASSERT_EQ(ids.size(), 2u);
    const auto d = values(dy), rows = std::vector<float>(g.row_sparse().values<float>().begin(),
                                                         g.row_sparse().values<float>().end());
    for (size_t i = 0; i < 2; ++i) {
      EXPECT_TRUE(ids[i] == (1 << 24) + 1 || ids[i] == features - 1);
      for (size_t j = 0; j < static_cast<size_t>(units); ++j)
        EXPECT_FLOAT_EQ(rows[i * static_cast<size_t>(units) + j],
                        ids[i] == features - 1 ? 2 * d[j] : d[j] + 3 * d[40 + j]);
    }
  }
}

// Ids were floats: above 2^24 every second id became another one.
TEST(MxnetFaults, IdsAboveTwoToThe24AreExact) {
  const int64_t id = (int64_t{1} << 24) + 1;
  const Tensor x = wide_csr(1, Dim{1} << 33, {0, 3}, {id - 1, id, id + 1}, {1, 2, 3});
  const Tensor ids = dense<int64_t>({2}, {id, id + 1}), floats = dense({1}, {16777217.0f});
  const Symbol in = input(x), in_ids = input(ids), in_floats = input(floats);
  EXPECT_EQ(values(run({select(in, in_ids, 1)}, {in, in_ids}, {x, ids})[0]), (std::vector<float>{2, 3}));
  EXPECT_EQ(
      message_of<InvalidArgument>([&] {
        run({select(in, as_ids(in_floats), 1)}, {in, in_floats}, {x, floats});
      }),
      "as_ids: ids must be int32 or int64, since a float does not carry every id. Received: ids=float32.");
}

// dense · csr stored each column that any row of the second factor names in every row of the result, and a
// csr second factor had no gradient.
TEST(MxnetFaults, ProductsWithCsrOnTheRight) {
  const Tensor a = random_dense({3, 4}, 1), b = csr(random_dense({4, 5}, 2, 0.5));
  const Symbol x = input(a), y = placeholder(b.spec(), "y"), c = dot(x, y);
  EXPECT_EQ(c.storage(), Storage::dense);
  const auto din = c.node()->op().gradient(*c.node(), std::vector{c}, {true, true});
  const auto out = run({din[0], din[1]}, {x, y}, {a, b});
  EXPECT_EQ(out[0].storage(), Storage::dense);
  EXPECT_TRUE(std::ranges::equal(out[1].csr().indices.as<int32_t>(), b.csr().indices.as<int32_t>()));
}

}  // namespace
}  // namespace lacuna

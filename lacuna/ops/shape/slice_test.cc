// Tests of slice.
#include "lacuna/ops/shape/slice.h"

#include <gtest/gtest.h>

#include "lacuna/ops/testing.h"

namespace lacuna {
namespace {

using namespace test;

constexpr int64_t kEnd = INT64_MAX;

// The positions that Python's x[start:stop:step] selects.
std::vector<size_t> positions(int64_t size, int64_t start, int64_t stop, int64_t step) {
  std::vector<size_t> result;
  if (step < 0) {
    if (start < 0) start += size;
    if (stop < 0) stop += size;
    for (int64_t p = std::min(start, size - 1); p > std::max<int64_t>(stop, -1); p += step)
      result.push_back(static_cast<size_t>(p));
    return result;
  }
  if (start < 0) start = std::max<int64_t>(0, start + size);
  if (stop < 0) stop += size;
  for (int64_t p = start; p < std::min(stop, size); p += step) result.push_back(static_cast<size_t>(p));
  return result;
}

Symbol sliced_gradient(const Symbol& y, const Symbol& dy) {
  return y.node()->op().gradient(*y.node(), std::vector{dy}, {true})[0];
}

TEST(Slice, DenseAndCsrEqualMimic) {
  const size_t n = 7, m = 9;
  const Tensor x = random_dense({7, 9}, 1, 0.6), sparse = csr(x);
  const auto xs = values(x);
  for (const int axis : {0, 1, -1})
    for (const int64_t start : {0, 2, -3, 20, -20})
      for (const int64_t stop : {int64_t{5}, int64_t{-1}, kEnd, int64_t{0}, INT64_MIN})
        for (const int64_t step : {1, 2, 4, -1, -3}) {
          const bool by_rows = axis == 0;
          const auto at = positions(by_rows ? 7 : 9, start, stop, step);
          std::vector<float> expected;
          for (size_t r = 0; r < (by_rows ? at.size() : n); ++r)
            for (size_t c = 0; c < (by_rows ? m : at.size()); ++c)
              expected.push_back(by_rows ? xs[at[r] * m + c] : xs[r * m + at[c]]);
          const Symbol in = input(x), sparse_in = input(sparse);
          const Symbol y = slice(in, axis, start, stop, step), z = slice(sparse_in, axis, start, stop, step);
          const auto out = run({y, z}, {in, sparse_in}, {x, sparse});
          EXPECT_EQ(values(out[0]), expected);
          EXPECT_EQ(values(out[1]), expected);
          EXPECT_TRUE(out[1].csr().validate("slice"));
          EXPECT_EQ(y.shape(), by_rows ? (Shape{None, 9}) : (Shape{None, static_cast<Dim>(at.size())}));

          // With y as the gradient of y, the gradient is x at the sliced positions.
          const auto back = run({sliced_gradient(y, y), sliced_gradient(z, z), sliced_gradient(z, y)},
                                {in, sparse_in}, {x, sparse});
          std::vector<float> padded(n * m);
          for (size_t r = 0; r < n; ++r)
            for (size_t c = 0; c < m; ++c)
              if (std::ranges::find(at, by_rows ? r : c) != at.end()) padded[r * m + c] = xs[r * m + c];
          for (const Tensor& dx : back) EXPECT_EQ(values(dx), padded);
          EXPECT_EQ(back[1].csr().nonzeros(), sparse.csr().nonzeros());
          EXPECT_EQ(back[2].csr().nonzeros(), sparse.csr().nonzeros());
        }
}

TEST(Slice, InnerAxisOfRankThree) {
  const Tensor x = random_dense({2, 5, 3}, 1);
  const Symbol in = input(x);
  const auto y = values(run({slice(in, 1, 1, kEnd, 2)}, {in}, {x})[0]), xs = values(x);
  ASSERT_EQ(y.size(), 2u * 2 * 3);
  for (size_t i = 0; i < 2; ++i)
    for (size_t j = 0; j < 2; ++j)
      for (size_t k = 0; k < 3; ++k) EXPECT_EQ(y[(i * 2 + j) * 3 + k], xs[(i * 5 + 1 + 2 * j) * 3 + k]);
}

TEST(Slice, WideColumnsBecomeNarrow) {
  const Dim huge = Dim{1} << 40;
  const Tensor x = wide_csr(2, huge, {0, 2, 3}, {3, huge - 2, huge - 4}, {1, 2, 3});
  const Symbol in = input(x);
  const auto out = run({slice(in, 1, -4, kEnd), slice(in, 0, 1, 2)}, {in}, {x});
  EXPECT_EQ(out[0].csr().index, DType::int32);
  EXPECT_EQ(values(out[0]), (std::vector<float>{0, 0, 2, 0, 3, 0, 0, 0}));
  EXPECT_EQ(out[1].csr().index, DType::int64);
  EXPECT_EQ(out[1].csr().indices.as<int64_t>()[0], huge - 4);
}

TEST(Slice, Errors) {
  const Symbol x = placeholder({{None, 3}}, "x");
  EXPECT_EQ(message_of<InvalidArgument>([&] { slice(x, 2, 0, 1); }),
            "slice: axis must be in [-2, 2). Received: axis=2, x=(None, 3) dense.");
  EXPECT_EQ(message_of<InvalidArgument>([&] { slice(x, 1, 0, 1, 0); }),
            "slice: step must not be 0. Received: step=0.");
}

}  // namespace
}  // namespace lacuna

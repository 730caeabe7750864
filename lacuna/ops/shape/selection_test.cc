// Tests of ops that select or count by values or ids: where, retain, getnnz, one_hot, multi_hot, digitize,
// bincount.
#include <gtest/gtest.h>

#include <cmath>

#include "lacuna/graph/gradient.h"
#include "lacuna/ops/elementwise/where.h"
#include "lacuna/ops/labels/digitize.h"
#include "lacuna/ops/labels/one_hot.h"
#include "lacuna/ops/reductions/getnnz.h"
#include "lacuna/ops/reductions/reduce.h"
#include "lacuna/ops/shape/retain.h"
#include "lacuna/ops/testing.h"

namespace lacuna {
namespace {

using namespace test;

TEST(Where, WhatIsNotTakenIsNotRead) {
  const float nan = std::nanf("");
  const Tensor condition = dense({2, 2}, {1, 0, 0, 2}), x = dense({2, 2}, {1, nan, nan, 4}),
               y = dense({2, 1}, {-1, -2});
  for (const Tensor& c : {condition, csr(condition)}) {
    const Symbol p = input(c), q = input(x), r = input(y), z = where(p, q, r);
    const auto g = gradients(sum(z), {q, r});
    const auto got = run({z, g[0], g[1]}, {p, q, r}, {c, x, y});
    EXPECT_EQ(values(got[0]), (std::vector<float>{1, -1, -2, 4}));
    EXPECT_EQ(values(got[1]), (std::vector<float>{1, 0, 0, 1}));
    EXPECT_EQ(values(got[2]), (std::vector<float>{1, 1}));
  }
}

TEST(Retain, KeepsTheRowsThatAreNamed) {
  const Tensor x = to_row_sparse(dense({6, 2}, {0, 0, 1, 2, 3, 4, 0, 0, 5, 6, 0, 0}));
  const Tensor ids = dense<int64_t>({4}, {4, 1, 4, 0});
  const Symbol p = input(x), q = input(ids), y = retain(p, q);
  const auto got = run({y, gradients(sum(y), {p})[0]}, {p, q}, {x, ids});
  EXPECT_EQ(got[0].row_sparse().row_ids().size(), 2u);
  EXPECT_EQ(values(got[0]), (std::vector<float>{0, 0, 1, 2, 0, 0, 0, 0, 5, 6, 0, 0}));
  EXPECT_EQ(got[1].row_sparse().row_ids().size(), 3u);
  EXPECT_EQ(values(got[1]), (std::vector<float>{0, 0, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0}));
  const Tensor bad = dense<int64_t>({2}, {1, 6});
  EXPECT_EQ(message_of<OutOfRange>([&] {
              run({y}, {p, q}, {x, bad});
            }),
            "retain: ids must name rows of x. Received: ids[1]=6, x=(6, 2) row_sparse.");
}

TEST(GetNnz, CountsWhatIsStored) {
  tensor::Csr x = to_csr(dense({3, 4}, {1, 0, 2, 0, 0, 0, 0, 0, 3, 4, 0, 5}));
  x.values<float>()[0] = 0;  // A stored zero.
  const Symbol in = input(x);
  const auto got = run({getnnz(in), getnnz(in, 0), getnnz(in, -1)}, {in}, {x});
  EXPECT_EQ(values<int64_t>(got[0]), (std::vector<int64_t>{5}));
  EXPECT_EQ(values<int64_t>(got[1]), (std::vector<int64_t>{2, 1, 1, 1}));
  EXPECT_EQ(values<int64_t>(got[2]), (std::vector<int64_t>{2, 0, 3}));
  const Tensor wide = wide_csr(1, Dim{1} << 40, {0, 2}, {7, Dim{1} << 39}, {1, 2});
  const Symbol w = input(wide);
  EXPECT_EQ(values<int64_t>(run({getnnz(w, 1)}, {w}, {wide})[0]), (std::vector<int64_t>{2}));
  EXPECT_THROW(getnnz(w, 0), InvalidArgument);
}

TEST(OneHot, IdsOutsideHaveNone) {
  const Tensor ids = dense<int64_t>({2, 3}, {2, -1, 2, 0, 5, 1}), flat = dense<int64_t>({3}, {2, -1, 0});
  const Symbol in = input(ids), one = input(flat);
  const auto got = run({multi_hot(in, 3, true), multi_hot(in, 3), one_hot(one, 3, true), one_hot(one, 3)},
                       {in, one}, {ids, flat});
  const std::vector<float> many{0, 0, 1, 1, 1, 0}, single{0, 0, 1, 0, 0, 0, 1, 0, 0};
  for (const size_t i : {0, 1}) EXPECT_EQ(values(got[i]), many);
  for (const size_t i : {2, 3}) EXPECT_EQ(values(got[i]), single);
  EXPECT_TRUE(got[0].csr().validate("multi_hot"));
  EXPECT_EQ(got[0].csr().nonzeros(), 3u);
  const Tensor far = run({one_hot(one, Dim{1} << 40, true)}, {one}, {flat})[0];
  EXPECT_EQ(far.csr().index, DType::int64);
  EXPECT_EQ(far.csr().nonzeros(), 2u);
  EXPECT_EQ(message_of<InvalidArgument>([&] { one_hot(in, 3, true); }),
            "one_hot: with sparse=True the result must have rank 2. Received: ids=(None, 3) dense int64, "
            "num_classes=3.");
}

TEST(Digitize, KeepsZeroWhereItIsBelowAllBins) {
  const Tensor x = csr(dense({2, 2}, {0, 0.3f, -1, 7}));
  const Symbol in = input(x);
  const auto got = run({digitize(in, {0.3, 1})}, {in}, {x});
  EXPECT_EQ(got[0].storage(), Storage::csr);
  EXPECT_EQ(values<int32_t>(got[0]), (std::vector<int32_t>{0, 1, 0, 2}));  // 0.3f is above 0.3.
  EXPECT_THROW(digitize(in, {0.0, 1}), InvalidArgument);
  EXPECT_THROW(digitize(in, {2.0, 1}), InvalidArgument);
}

TEST(Bincount, LengthFollowsFromTheLargest) {
  const Tensor x = dense<int64_t>({2, 3}, {1, 1, 4, 0, 2, 2});
  const Symbol in = input(x);
  const auto got = run({bincount(in), bincount(in, {}, 7), bincount(in, {}, 0, true)}, {in}, {x});
  EXPECT_EQ(got[0].shape(), (Shape{2, 5}));
  EXPECT_EQ(values<int32_t>(got[0]), (std::vector<int32_t>{0, 2, 0, 0, 1, 1, 0, 2, 0, 0}));
  EXPECT_EQ(got[1].shape(), (Shape{2, 7}));
  EXPECT_EQ(values(got[2]), (std::vector<float>{0, 2, 0, 0, 1, 1, 0, 2, 0, 0}));
  EXPECT_TRUE(got[2].csr().validate("bincount"));
}

}  // namespace
}  // namespace lacuna

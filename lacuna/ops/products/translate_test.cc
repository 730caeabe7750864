// Tests of translate.
#include "lacuna/ops/products/translate.h"

#include <gtest/gtest.h>

#include "lacuna/graph/registry.h"
#include "lacuna/ops/products/dot.h"
#include "lacuna/ops/products/take.h"
#include "lacuna/ops/testing.h"

namespace lacuna {
namespace {

using namespace test;

constexpr Dim kMostRows = Dim{1} << 40;

VariablePtr table_of(const Shape& shape) {
  return std::make_shared<Variable>("w", Spec{shape, DType::float32, Storage::row_table},
                                    Draw{Draw::Kind::uniform, -1, 1, 7});
}

std::vector<float> drawn(const VariablePtr& w, int64_t id) {
  std::vector<float> row(w->value().table().width());
  w->value().table().draw().row(id, std::span(row));
  return row;
}

Symbol gradient_of(const Symbol& y, size_t input, const Symbol& dy) {
  const Node& node = *y.node();
  std::vector<bool> wanted(node.in().size(), false);
  wanted[input] = true;
  return node.op().gradient(node, std::vector{dy}, wanted)[input];
}

// x · w for an x with entries at ids that are far apart.
TEST(Translate, TrainingTouchesReadingDoesNot) {
  const VariablePtr w = table_of({kMostRows, 2});
  const RowTable& table = w->value().table();
  const std::vector<int64_t> ids{5, kMostRows - 1, 5, 123456789012};
  const Tensor x = wide_csr(3, kMostRows, {0, 2, 2, 4}, ids, {1, 2, 3, 4});
  const Symbol in = input(x);
  const Symbol slots = translate(in, read(w));
  EXPECT_EQ(slots.spec(), (Spec{{None, None}, DType::float32, Storage::csr}));
  const Symbol y = dot(slots, read(w));
  std::vector<float> expected(6);
  const size_t rows[] = {0, 0, 2, 2};
  for (size_t k = 0; k < 4; ++k)
    for (size_t j = 0; j < 2; ++j)
      expected[rows[k] * 2 + j] += static_cast<float>(k + 1) * drawn(w, ids[k])[j];

  const auto read_out = run({y, slots}, {in}, {x});
  EXPECT_EQ(table.size(), 0u);
  EXPECT_EQ(read_out[1].csr().columns, 3);
  const auto trained = run({y, slots}, {in}, {x}, {.training = true});
  EXPECT_EQ(table.size(), 3u);
  EXPECT_EQ(trained[1].csr().columns, 3);
  EXPECT_EQ(trained[1].csr().index, DType::int32);
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(values(read_out[0])[i], expected[i], 1e-5);
    EXPECT_NEAR(values(trained[0])[i], expected[i], 1e-5);
  }
  run({y}, {in}, {x}, {.training = true});
  EXPECT_EQ(table.size(), 3u);
}

TEST(Translate, GradientsOfATableNameSlotsAndThoseOfXKeepItsIds) {
  const VariablePtr w = table_of({kMostRows, 2});
  const Tensor x = wide_csr(2, kMostRows, {0, 2, 3}, {9, kMostRows - 1, 9}, {1, 2, 3});
  const Tensor dy = dense({2, 2}, {1, 10, 2, 20});
  const Symbol in = input(x), g = input(dy), slots = translate(in, read(w)), y = dot(slots, read(w));
  const Symbol dw = gradient_of(y, 1, g);
  const Symbol dx = gradient_of(slots, 0, gradient_of(y, 0, g));
  EXPECT_EQ(dw.spec(), (Spec{{None, 2}, DType::float32, Storage::row_sparse}));
  const auto out = run({dw, dx}, {in, g}, {x, dy}, {.training = true});
  const tensor::RowSparse& rows = out[0].row_sparse();
  EXPECT_EQ(rows.shape, (Shape{2, 2}));
  EXPECT_EQ(values(out[0]), (std::vector<float>{1 + 6, 10 + 60, 2, 20}));  // slot 0 is 9
  const tensor::Csr& back = out[1].csr();
  EXPECT_EQ(back.columns, kMostRows);
  EXPECT_EQ(std::vector(back.indices.as<int64_t>().begin(), back.indices.as<int64_t>().end()),
            (std::vector<int64_t>{9, kMostRows - 1, 9}));
  const auto nine = drawn(w, 9);
  EXPECT_NEAR(back.values<float>()[0], 1 * nine[0] + 10 * nine[1], 1e-5);
  EXPECT_NEAR(back.values<float>()[2], 2 * nine[0] + 20 * nine[1], 1e-5);
}

TEST(Translate, DenseNamesEveryColumn) {
  const VariablePtr w = table_of({4, 3});
  const Tensor before = dense<int32_t>({1}, {2});
  const Symbol first = input(before);
  run({translate(first, read(w))}, {first}, {before}, {.training = true});  // Slot 0 is row 2.
  const Tensor x = dense({2, 4}, {1, 0, 3, 4, 5, 6, 0, 8}), dy = random_dense({2, 3}, 1);
  const Symbol in = input(x), g = input(dy), slots = translate(in, read(w)), y = dot(slots, read(w));
  const Symbol dx = gradient_of(slots, 0, gradient_of(y, 0, g));
  EXPECT_EQ(slots.storage(), Storage::csr);
  EXPECT_EQ(dx.storage(), Storage::dense);
  const auto out = run({y, dx}, {in, g}, {x, dy}, {.training = true});
  EXPECT_EQ(w->value().table().size(), 4u);
  const auto full = values(Tensor(w->to_dense())), xs = values(x), d = values(dy);
  for (size_t r = 0; r < 2; ++r) {
    for (size_t j = 0; j < 3; ++j) {
      float sum = 0;
      for (size_t c = 0; c < 4; ++c) sum += xs[r * 4 + c] * full[c * 3 + j];
      EXPECT_NEAR(values(out[0])[r * 3 + j], sum, 1e-5);
    }
    for (size_t c = 0; c < 4; ++c) {
      float sum = 0;
      for (size_t j = 0; j < 3; ++j) sum += d[r * 3 + j] * full[c * 3 + j];
      EXPECT_NEAR(values(out[1])[r * 4 + c], sum, 1e-5);
    }
  }
}

TEST(Translate, IdsOfAnEmbedding) {
  const VariablePtr w = table_of({kMostRows, 2});
  const Tensor ids = dense<int64_t>({2, 2}, {7, kMostRows - 1, 7, 0}),
               dy = dense({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  const Symbol in = input(ids), g = input(dy), slots = translate(in, read(w)), y = take(read(w), slots);
  EXPECT_EQ(slots.spec(), (Spec{{None, 2}, DType::int32, Storage::dense}));
  const Symbol dw = gradient_of(y, 0, g);
  EXPECT_EQ(dw.shape(), (Shape{None, 2}));
  EXPECT_EQ(values(run({y}, {in}, {ids})[0])[0], drawn(w, 7)[0]);
  EXPECT_EQ(w->value().table().size(), 0u);
  const auto out = run({y, dw}, {in, g}, {ids, dy}, {.training = true});
  EXPECT_EQ(w->value().table().size(), 3u);
  EXPECT_EQ(values(out[0])[3], drawn(w, kMostRows - 1)[1]);
  EXPECT_EQ(values(out[1]), (std::vector<float>{6, 8, 3, 4, 7, 8}));
}

TEST(Translate, IdOutOfRangeLeavesTheTable) {
  const VariablePtr w = table_of({kMostRows, 2});
  const Tensor x = wide_csr(2, kMostRows + 1, {0, 1, 3}, {1, 2, kMostRows}, {1, 1, 1});
  const Symbol in =
      placeholder({{None, None}, DType::float32, Storage::csr}, "x");  // A matrix of another width.
  EXPECT_EQ(message_of<OutOfRange>([&] { run({translate(in, read(w))}, {in}, {x}, {.training = true}); }),
            "translate: an id must be a row of the table. Received: id=1099511627776 in row 1, "
            "table=(1099511627776, 2) row_table.");
  const Tensor ids = dense<int32_t>({2, 2}, {1, 2, 3, -4});
  const Symbol i = input(ids);
  EXPECT_EQ(message_of<OutOfRange>([&] { run({translate(i, read(w))}, {i}, {ids}, {.training = true}); }),
            "translate: an id must be a row of the table. Received: id=-4 in row 1, "
            "table=(1099511627776, 2) row_table.");
  EXPECT_EQ(w->value().table().size(), 0u);
}

TEST(TouchedRows, EachOnceWithoutStates) {
  const VariablePtr w = table_of({100, 3});
  const auto owner = std::make_shared<int>();
  w->value().table().states_of(owner, 2 * w->value().table().width());
  const Tensor x = dense({2, 100}, [] {
    std::vector<float> v(200);
    v[5] = v[7] = v[105] = 1;
    return v;
  }());
  const Tensor sparse = csr(x), ids = dense<int32_t>({3}, {7, 7, 50});
  const Symbol a = input(sparse), b = input(ids);
  const Symbol rows = touched_rows(read(w), {translate(a, read(w)), translate(b, read(w))});
  const auto out = run({rows}, {a, b}, {sparse, ids}, {.training = true});
  const tensor::RowSparse& got = out[0].row_sparse();
  ASSERT_EQ(got.row_ids().size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    const int64_t id = w->value().table().id(static_cast<size_t>(got.row_ids()[i]));
    EXPECT_EQ(id, (std::vector<int64_t>{5, 7, 50})[i]);
    for (size_t j = 0; j < 3; ++j) EXPECT_EQ(got.values<float>()[i * 3 + j], drawn(w, id)[j]);
  }
  // A read gives rows that were never touched the values that training would give them, and keeps none of
  // them.
  const Tensor others = dense<int32_t>({3}, {7, 8, 9});
  const auto after = run({touched_rows(read(w), {translate(b, read(w))})}, {b}, {others});
  ASSERT_EQ(after[0].row_sparse().row_ids().size(), 3u);
  for (size_t i = 0; i < 3; ++i)
    for (size_t j = 0; j < 3; ++j)
      EXPECT_EQ(after[0].row_sparse().values<float>()[i * 3 + j], drawn(w, static_cast<int64_t>(7 + i))[j]);
  EXPECT_EQ(w->value().table().size(), 3u);
}

TEST(TouchedRows, OfAllRowsThoseThatTrainingWouldMake) {
  const VariablePtr w = table_of({100, 3});
  const Tensor ids = dense<int32_t>({2}, {7, 9});
  const Symbol b = input(ids), all = ever_touched_rows(read(w), {translate(b, read(w))});
  const auto out = run({all}, {b}, {ids});
  ASSERT_EQ(out[0].row_sparse().row_ids().size(), 100u);
  for (int64_t id = 0; id < 100; ++id)
    EXPECT_EQ(out[0].row_sparse().values<float>()[static_cast<size_t>(id) * 3], drawn(w, id)[0]);
  EXPECT_EQ(w->value().table().size(), 0u);
}

TEST(TouchedRows, ErrorShowsWhatRepeats) {
  const VariablePtr w = table_of({4, 3});
  EXPECT_EQ(
      message_of<InvalidArgument>([&] { touched_rows(read(w), {read(w)}); }),
      "touched_rows: no kernel for storages (row_table, row_table). Known: (row_table, csr|dense, ...) -> "
      "(row_sparse). Received: (4, 3) row_table, (4, 3) row_table.");
}

}  // namespace
}  // namespace lacuna

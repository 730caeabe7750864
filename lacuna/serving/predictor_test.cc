// How a predictor takes its inputs.
#include "lacuna/serving/predictor.h"

#include <algorithm>

#include "lacuna/layers/dense.h"
#include "lacuna/layers/embedding.h"
#include "lacuna/layers/factorization_machine.h"
#include "lacuna/layers/input.h"
#include "lacuna/layers/merge.h"
#include "tests/allocations.h"
#include "tests/served.h"

namespace lacuna::serving {
namespace {

using layers::Dense;
using layers::Input;

constexpr Dim kColumns = 100000;

Model linear_model(bool sparse_weight) {
  set_random_seed(1);
  const Symbol in = Input({.shape = {kColumns}, .name = "x", .sparse = true});
  Model model(in, Dense(1, {.activation = "sigmoid", .sparse_weight = sparse_weight})(in));
  const MadeRows x(64, 20, kColumns, 1);
  train_a_little(model, x.matrix(), x.rows());
  return model;
}

TEST(Predictor, LinearModelGivesTheSameBits) {
  for (const bool sparse_weight : {false, true}) {
    Model model = linear_model(sparse_weight);
    for (const uint64_t seed : {1, 2}) {  // Rows that were trained on, and others.
      const MadeRows x(64, 20, kColumns, seed);
      expect_same_bits(model, x.matrix(), x.rows(), {x.input()}, "linear");
    }
  }
}

TEST(Predictor, RowsOneByOneGiveTheSameBits) {
  Model model = linear_model(true);
  const MadeRows x(64, 20, kColumns, 1);
  const ServedPath path("one_by_one");
  export_model(model.network(), path);
  const Predictor predictor(path.str());
  const auto expected = model.predict(x.matrix());
  std::vector<float> now(x.rows());
  for (size_t r = 0; r < x.rows(); ++r) predictor.predict(1, x.input(r, r + 1), std::span(now).subspan(r, 1));
  EXPECT_EQ(bits_of(now), bits_of(expected.values<float>()));
}

TEST(Predictor, TellsItsInputsAndOutputs) {
  Model model = linear_model(true);
  const ServedPath path("tells");
  export_model(model.network(), path);
  const Predictor predictor(path.str());
  ASSERT_EQ(predictor.inputs().size(), 1u);
  EXPECT_EQ(predictor.inputs()[0].name, "x");
  EXPECT_EQ(predictor.inputs()[0].takes, Predictor::Takes::csr);
  EXPECT_EQ(predictor.inputs()[0].shape, std::vector<int64_t>{kColumns});
  ASSERT_EQ(predictor.outputs().size(), 1u);
  EXPECT_EQ(predictor.outputs()[0].width, 1u);
  EXPECT_EQ(predictor.path(), path.str());
}

TEST(Predictor, TakesColumnsInAnyOrderAndType) {
  Model model = linear_model(true);
  const ServedPath path("order");
  export_model(model.network(), path);
  const Predictor predictor(path.str());
  const std::vector<int64_t> indptr{0, 4, 4, 6}, indices{900, 5, 900, 7, 99999, 0};
  const std::vector<double> data{1, 2, 0.5, 3, 1, -1};
  const csr_matrix<double, int64_t> matrix{data, indices, indptr, {3, kColumns}};
  const auto expected = model.predict(matrix);
  std::vector<float> now(3);
  predictor.predict(3, PredictorInput::csr(std::span(indptr), std::span(indices), std::span(data)), now);
  EXPECT_EQ(bits_of(now), bits_of(expected.values<float>()));
  // Without values all are 1.
  const std::vector<float> ones(6, 1.0f);
  const auto of_ones = model.predict(csr_matrix<float, int64_t>{ones, indices, indptr, {3, kColumns}});
  predictor.predict(3, PredictorInput::csr(std::span(indptr), std::span(indices)), now);
  EXPECT_EQ(bits_of(now), bits_of(of_ones.values<float>()));
  // Zero rows, and rows of a dense array.
  predictor.predict(0, PredictorInput::csr(std::span(indptr).first(1), std::span(indices)), {});
  std::vector<float> dense(kColumns);
  dense[900] = 2;
  const auto of_dense = model.predict(array<float>{dense, {1, kColumns}});
  predictor.predict(1, std::span<const float>(dense), std::span(now).first(1));
  EXPECT_EQ(bits_of(std::span(now).first(1)), bits_of(of_dense.values<float>()));
}

TEST(Predictor, RefusesWhatDoesNotFit) {
  Model model = linear_model(true);
  const ServedPath path("refuses");
  export_model(model.network(), path);
  const Predictor predictor(path.str());
  std::vector<float> now(1);
  const std::vector<int32_t> indptr{0, 1};
  const auto given = [&](std::vector<int32_t> pointers, std::vector<int32_t> columns) {
    const std::vector<float> ones(columns.size(), 1.0f);
    predictor.predict(1,
                      PredictorInput::csr(std::span<const int32_t>(pointers),
                                          std::span<const int32_t>(columns), std::span<const float>(ones)),
                      now);
  };
  EXPECT_NO_THROW(given({0, 1}, {3}));
  EXPECT_THROW(given({0, 1}, {kColumns}), OutOfRange);
  EXPECT_THROW(given({0, 1}, {-1}), OutOfRange);
  EXPECT_THROW(given({0, 2}, {3}), InvalidArgument);
  EXPECT_THROW(given({-1, 1}, {3}), InvalidArgument);
  EXPECT_THROW(given({1, 0}, {3}), InvalidArgument);
  EXPECT_THROW(given({0}, {3}), InvalidArgument);
  const std::vector<std::string_view> texts{"a"};
  EXPECT_THROW(predictor.predict(1, std::span<const std::string_view>(texts), now), InvalidArgument);
  EXPECT_THROW(predictor.predict(1, std::span<const float>(now), now), InvalidArgument);
  EXPECT_THROW(predictor.predict(2, PredictorInput::csr(std::span(indptr), std::span(indptr)), now),
               InvalidArgument);
  EXPECT_NO_THROW(given({0, 1}, {3}));  // It goes on after errors.
  EXPECT_THROW(Predictor("/nowhere/at.all"), InvalidArgument);
  EXPECT_THROW(export_model(model.network(), path, {.precision = "float8"}), InvalidArgument);
  EXPECT_THROW(export_model(model.network(), path, {.overwrite = false}), InvalidArgument);
  EXPECT_THROW(export_model(model.network(), "/nowhere/at.all"), InvalidArgument);
}

TEST(Predictor, IdsAreTakenAsAnyNumbers) {
  set_random_seed(1);
  const Symbol in = Input({.shape = {5}});
  Model model(in, Dense(2)(layers::Embedding(50, 3, {.combiner = "sum"})(in)));
  const ServedPath path("ids");
  export_model(model.network(), path);
  const Predictor predictor(path.str());
  EXPECT_EQ(predictor.inputs()[0].takes, Predictor::Takes::ids);
  const std::vector<int64_t> ids{1, 2, 49, 0, 7, 3, 3, 3, 3, 3};
  const auto expected = model.predict(array<int64_t>{ids, {2, 5}});
  const auto expect = [&](auto given) {
    std::vector<float> now(4);
    predictor.predict(2, std::span<const typename decltype(given)::value_type>(given), now);
    EXPECT_EQ(bits_of(now), bits_of(expected.values<float>()));
  };
  expect(ids);
  expect(std::vector<int32_t>(ids.begin(), ids.end()));
  expect(std::vector<float>(ids.begin(), ids.end()));
  EXPECT_THROW(expect(std::vector<int64_t>(10, 50)), OutOfRange);
  EXPECT_THROW(expect(std::vector<int64_t>(10, -1)), OutOfRange);
  EXPECT_THROW(expect(std::vector<float>(10, 0.5f)), InvalidArgument);
  EXPECT_THROW(expect(std::vector<double>(10, std::numeric_limits<double>::quiet_NaN())), InvalidArgument);
  EXPECT_THROW(expect(std::vector<double>(10, 1e300)), InvalidArgument);
}

TEST(Predictor, CallsTakeNoMemoryOnceItIsWarm) {
  if (!kAllocationsAreCounted) GTEST_SKIP() << "A sanitizer has the allocations, which are not counted.";
  set_random_seed(1);
  const Symbol in = Input({.shape = {kColumns}, .sparse = true});
  const Symbol sum = layers::Add()(
      {Dense(1, {.sparse_weight = true})(in), layers::FactorizationMachine(16, {.sparse_weight = true})(in)});
  Model model(in, sum);
  const MadeRows x(64, 39, kColumns, 1);
  train_a_little(model, x.matrix(), x.rows());
  const ServedPath path("warm");
  export_model(model.network(), path);
  const Predictor predictor(path.str());
  std::vector<float> now(x.rows());
  const auto run = [&] {
    for (size_t r = 0; r < x.rows(); ++r)
      predictor.predict(1, x.input(r, r + 1), std::span(now).subspan(r, 1));
    predictor.predict(x.rows(), x.input(), now);
  };
  run();
  const int64_t before = allocations();
  run();
  EXPECT_EQ(allocations(), before);
}

}  // namespace
}  // namespace lacuna::serving

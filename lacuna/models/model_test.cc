// What whole models learn, compared with plain mathematics, and on csr with the same data made dense; also
// tables, threads and weights.
#include "lacuna/models/model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "lacuna/base/threads.h"
#include "lacuna/data/batches.h"
#include "lacuna/layers/core.h"
#include "lacuna/layers/dense.h"
#include "lacuna/layers/embedding.h"
#include "lacuna/layers/input.h"
#include "lacuna/models/sequential.h"
#include "lacuna/models/testing.h"
#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/reductions/reduce.h"
#include "lacuna/optimizers/adagrad.h"
#include "lacuna/optimizers/adam.h"
#include "lacuna/optimizers/sgd.h"
#include "lacuna/tensor/cast_storage.h"
#include "lacuna/tensor/row_table.h"

namespace lacuna {
namespace {

using layers::Dense;
using layers::Input;

const std::vector<Arg<optimizers::Optimizer>>& optimizers_to_try() {
  static const std::vector<Arg<optimizers::Optimizer>> all{
      optimizers::SGD{.lr = 0.05}, optimizers::SGD{.lr = 0.05, .momentum = 0.9},
      optimizers::SGD{.lr = 0.05, .momentum = 0.9, .decay = 0.01, .nesterov = true},
      optimizers::Adagrad{.lr = 0.1}, optimizers::Adam{.lr = 0.05}};
  return all;
}

TEST(Model, LearnsWhatPlainGradientDescentLearns) {
  const Problem p;
  Model model = linear(true, false);
  std::vector<double> w(21);
  const auto start = kernel_of(model);
  std::copy(start.begin(), start.end(), w.begin());
  model.compile(
      {.optimizer = optimizers::SGD{.lr = 0.05, .momentum = 0.9}, .loss = "mse", .metrics = {"mae"}});
  const History history =
      model.fit(p.csr, p.y, {.batch_size = 10, .epochs = 4, .verbose = 0, .shuffle = Shuffle::none});

  std::vector<double> m(21), losses;
  const auto x = p.dense.values<float>();
  for (int epoch = 0; epoch < 4; ++epoch) {
    double total = 0;
    for (size_t begin = 0; begin < 101; begin += 10) {
      const size_t end = std::min<size_t>(101, begin + 10);
      std::vector<double> g(21);
      double loss = 0;
      for (size_t r = begin; r < end; ++r) {
        double e = w[20] - p.y[r];
        for (size_t c = 0; c < 20; ++c) e += w[c] * x[r * 20 + c];
        loss += e * e;
        for (size_t c = 0; c < 20; ++c) g[c] += 2 * e * x[r * 20 + c] / static_cast<double>(end - begin);
        g[20] += 2 * e / static_cast<double>(end - begin);
      }
      total += loss;
      for (size_t c = 0; c < 21; ++c) {
        m[c] = 0.9 * m[c] - 0.05 * g[c];
        w[c] += m[c];
      }
    }
    losses.push_back(total / 101);
  }
  const auto learned = kernel_of(model);
  for (size_t c = 0; c < 20; ++c) EXPECT_NEAR(learned[c], w[c], 1e-4) << c;
  for (size_t e = 0; e < 4; ++e) EXPECT_NEAR(history.history.at("loss")[e], losses[e], 1e-4 * losses[e]) << e;
}

TEST(Model, PredictsBatchByBatchWhatItPredictsAtOnce) {
  const Problem p;
  Model model = linear(true, false);
  const data::Dataset rows = data::batches([&p] {
    return [&p, given = false]() mutable {
      return std::exchange(given, true) ? std::nullopt
                                        : std::optional(data::LoadedRows{.x = {{"x", Array(p.csr)}}});
    };
  });
  std::vector<float> each;
  std::vector<Dim> sizes;
  model.predict_each(rows,
                     [&](const std::vector<const Tensor*>& outputs, Dim count) {
                       const auto values = outputs.at(0)->dense().values<float>();
                       each.insert(each.end(), values.begin(), values.begin() + count);
                       sizes.push_back(count);
                     },
                     {.batch_size = 40});
  EXPECT_EQ(sizes, (std::vector<Dim>{40, 40, 21}));
  const tensor::Dense all = model.predict(p.csr);
  const auto values = all.values<float>();
  EXPECT_EQ(each, std::vector<float>(values.begin(), values.end()));
}

TEST(Model, WithoutFlagsCsrLearnsWhatDenseLearns) {
  const Problem p;
  for (const auto& optimizer : optimizers_to_try())
    for (const bool declared : {true, false}) {
      std::vector<std::vector<float>> kernels;
      for (const bool fed_csr : {true, false}) {
        set_random_seed(5);
        Model model = linear(declared && fed_csr, false, {.kernel_regularizer = regularizers::l2(0.01)});
        // Each run needs an optimizer of its own, since it holds the states.
        const Arg<optimizers::Optimizer> own(
            Registry<optimizers::Optimizer>::from_setting(to_setting(optimizer)));
        model.compile({.optimizer = own, .loss = "mse"});
        if (fed_csr) model.fit(p.csr, p.y, {.batch_size = 16, .epochs = 3, .verbose = 0});
        else model.fit(p.dense, p.y, {.batch_size = 16, .epochs = 3, .verbose = 0});
        kernels.push_back(kernel_of(model));
      }
      expect_near(kernels[0], kernels[1], 2e-5);
    }
}

TEST(Model, SparseWeightLearnsTheSameWhereUpdatesAreNotLazy) {
  const Problem p;
  std::vector<std::vector<float>> kernels;
  for (const bool sparse_weight : {true, false}) {
    set_random_seed(5);
    Model model = linear(true, sparse_weight);
    model.compile({.optimizer = optimizers::Adam{.lr = 0.05, .lazy_update = false}, .loss = "mse"});
    model.fit(p.csr, p.y, {.batch_size = 16, .epochs = 3, .verbose = 0});
    kernels.push_back(kernel_of(model));
  }
  expect_near(kernels[0], kernels[1], 2e-5);
}

TEST(Model, LazyUpdatesLeaveUntouchedRowsAsTheyWere) {
  const Problem p;
  Model model = linear(true, true, {.kernel_regularizer = regularizers::l2(0.1)});
  const auto before = kernel_of(model);
  model.compile({.optimizer = "adam", .loss = "mse"});
  model.fit(p.csr, p.y, {.epochs = 3, .verbose = 0});
  const auto after = kernel_of(model);
  for (size_t c = 0; c < 20; ++c) EXPECT_EQ(before[c] == after[c], c == 5) << c;  // Column 5 is empty.
  EXPECT_EQ(model.network().weights()[0]->variable->value().table().size(), 19u);
}

TEST(Model, ATrillionColumnsCostTheTouchedRows) {
  constexpr Dim kColumns = Dim{1} << 40;
  const std::vector<float> data{1, 2, 3, 4}, y{1, -1, 2};
  const std::vector<int64_t> indices{5, kColumns - 1, 7, 5}, indptr{0, 2, 3, 4};
  const csr_matrix x{std::span<const float>(data),
                     std::span<const int64_t>(indices),
                     std::span<const int64_t>(indptr),
                     {3, kColumns}};
  const Symbol in = Input({.shape = {kColumns}, .sparse = true});
  Model model(in,
              Dense(1, {.sparse_weight = true})(Dense(8, {.activation = "tanh", .sparse_weight = true})(in)));
  model.compile({.optimizer = optimizers::Adam{.lr = 0.05}, .loss = "mse"});
  const auto untrained = model.predict(x);
  EXPECT_EQ(model.network().weights()[0]->variable->value().table().size(), 0u);  // A read keeps nothing.
  const History h = model.fit(x, y, {.batch_size = 2, .epochs = 200, .verbose = 0});
  EXPECT_LT(h.history.at("loss").back(), 0.05);
  const RowTable& table = model.network().weights()[0]->variable->value().table();
  EXPECT_EQ(table.size(), 3u);
  EXPECT_LT(table.bytes(), size_t{1} << 20);
  EXPECT_THROW(model.get_weights(), std::invalid_argument);
  EXPECT_EQ(table.to_row_sparse().row_ids()[2], kColumns - 1);
}

TEST(Model, ThreadsDoNotChangeABit) {
  const Problem p(400, 300, 9);
  const size_t before = num_threads();
  std::vector<std::vector<float>> all;
  for (const size_t threads : {1, 2, 4}) {
    set_num_threads(threads);
    set_random_seed(77);
    const Symbol in = Input({.shape = {300}, .sparse = true});
    Symbol h = layers::Dropout(0.2)(in);
    h = Dense(512, {.activation = "relu", .sparse_weight = threads > 0})(h);
    h = layers::Dropout(0.5)(h);
    h = Dense(256, {.activation = "relu"})(h);
    Model model(in, Dense(3, {.activation = "softmax"})(h));
    model.compile({.optimizer = "adam", .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}});
    model.fit(p.csr, p.label, {.batch_size = 64, .epochs = 3, .verbose = 0});
    auto& flat = all.emplace_back();
    for (const auto& w : model.get_weights())
      flat.insert(flat.end(), w.values<float>().begin(), w.values<float>().end());
  }
  set_num_threads(before);
  EXPECT_EQ(all[0], all[1]);
  EXPECT_EQ(all[0], all[2]);
}

TEST(Model, EmbeddingsLearnWithAndWithoutSparseGrad) {
  Generator random(4);
  std::vector<int32_t> ids(200 * 3);
  for (int32_t& id : ids) id = static_cast<int32_t>(random.below(40));
  std::vector<float> y;
  for (size_t r = 0; r < 200; ++r) y.push_back(static_cast<float>(ids[3 * r] % 2));
  std::vector<std::vector<float>> weights;
  for (const bool sparse_grad : {true, false}) {
    set_random_seed(8);
    Sequential model({layers::Embedding(50, 4, {.input_length = 3, .sparse_grad = sparse_grad}),
                      layers::Flatten(), Dense(1, {.activation = "sigmoid"})});
    model.compile(
        {.optimizer = optimizers::SGD{.lr = 1.0}, .loss = "binary_crossentropy", .metrics = {"accuracy"}});
    const History h =
        model.fit(array{std::span<const int32_t>(ids), {200, 3}}, y, {.epochs = 30, .verbose = 0});
    EXPECT_GT(h.history.at("acc").back(), 0.95);
    weights.push_back(kernel_of(model));
  }
  expect_near(weights[0], weights[1], 1e-5);  // Plain descent moves touched rows alone in both.
}

TEST(Model, SampleAndClassWeightsCountLikeKeras) {
  const Problem p;
  Model model = linear(true, false);
  model.compile({.optimizer = "sgd", .loss = "mse"});
  std::vector<float> weights;
  double expected = 0, used = 0;
  const auto predictions = model.predict(p.csr);
  for (size_t r = 0; r < 101; ++r) {
    weights.push_back(static_cast<float>(r % 4));
    const double e = predictions.values<float>()[r] - p.y[r];
    expected += weights[r] * e * e;
    used += weights[r] != 0;
  }
  const auto loss = model.test_on_batch(p.csr, p.y, weights)[0];
  EXPECT_NEAR(loss, expected / used, 1e-4 * loss);
}

TEST(Model, PredictsAnyNumberOfRows) {
  const Problem p;
  Model model = linear(true, false);
  const auto all = model.predict(p.csr, {.batch_size = 1000});
  for (const Dim batch : {1, 7, 100, 101}) {
    const auto again = model.predict(p.csr, {.batch_size = batch});
    EXPECT_EQ(again.shape, (Shape{101, 1}));
    for (size_t r = 0; r < 101; ++r) EXPECT_EQ(again.values<float>()[r], all.values<float>()[r]);
  }
  const std::vector<float> none;
  const std::vector<int32_t> no_indices, indptr{0};
  const csr_matrix empty{std::span<const float>(none),
                         std::span<const int32_t>(no_indices),
                         std::span<const int32_t>(indptr),
                         {0, 20}};
  EXPECT_EQ(model.predict(empty).shape, (Shape{0, 1}));
}

TEST(Model, Float64AllTheWay) {
  set_floatx(DType::float64);
  const Problem p;
  Model model = linear(true, true);
  model.compile({.optimizer = "adam", .loss = "mse"});
  model.fit(p.csr, p.y, {.verbose = 0});
  set_floatx(DType::float32);
  EXPECT_EQ(model.predict(p.csr).dtype, DType::float64);
}

TEST(Model, ANewOptimizerStartsATablesStatesAnew) {
  const Problem data;
  Model model = linear(true, true);
  model.compile({.optimizer = optimizers::SGD{.lr = 0.1, .momentum = 0.9}, .loss = "mse"});
  model.fit(data.csr, data.y, {.epochs = 3, .verbose = 0});
  // A momentum may be negative: as Adagrad's state it would give a NaN.
  model.compile({.optimizer = optimizers::Adagrad{}, .loss = "mse"});
  const History h = model.fit(data.csr, data.y, {.epochs = 3, .verbose = 0});
  EXPECT_TRUE(std::isfinite(h.history.at("loss").back()));
}

TEST(Model, MetricsOfOneNameAreNumbered) {
  const Problem data;
  Model model = linear(false, false);
  model.compile({.optimizer = "sgd", .loss = "mse", .metrics = {"acc", "accuracy"}});
  EXPECT_EQ(model.metrics_names(), (std::vector<std::string>{"loss", "acc", "acc_1"}));
  const History h = model.fit(data.dense, data.y, {.epochs = 2, .verbose = 0});
  EXPECT_EQ(h.history.at("acc").size(), 2u);
}

TEST(Constraint, HoldsAfterEachStepForTablesAndDense) {
  const Problem p;
  for (const bool sparse_weight : {true, false}) {
    Model model = linear(true, sparse_weight, {.kernel_constraint = "non_neg"});
    model.compile({.optimizer = optimizers::SGD{.lr = 0.1}, .loss = "mse"});
    model.fit(p.csr, p.y, {.verbose = 0});
    const auto kernel = kernel_of(model);
    for (size_t c = 0; c < 20; ++c) EXPECT_TRUE(c == 5 || kernel[c] >= 0) << c;
  }
  EXPECT_THROW(linear(true, true, {.kernel_constraint = "max_norm"}), std::invalid_argument);
}

}  // namespace
}  // namespace lacuna

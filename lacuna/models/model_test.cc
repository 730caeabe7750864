// Whole models: what they learn against plain mathematics, csr against the same data made dense, tables,
// threads, callbacks, and bad input.
#include "lacuna/models/model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "lacuna/base/interrupt.h"
#include "lacuna/base/message.h"
#include "lacuna/base/threads.h"
#include "lacuna/layers/core.h"
#include "lacuna/layers/dense.h"
#include "lacuna/layers/embedding.h"
#include "lacuna/layers/input.h"
#include "lacuna/layers/merge.h"
#include "lacuna/models/callbacks.h"
#include "lacuna/models/sequential.h"
#include "lacuna/ops/arithmetic.h"
#include "lacuna/ops/reduce.h"
#include "lacuna/optimizers/adagrad.h"
#include "lacuna/optimizers/adam.h"
#include "lacuna/optimizers/sgd.h"
#include "lacuna/tensor/cast_storage.h"
#include "lacuna/tensor/row_table.h"

namespace lacuna {
namespace {

using layers::Dense;
using layers::Input;

// A csr problem with empty rows and columns, and its dense copy.
struct Problem {
  explicit Problem(size_t rows = 101, size_t columns = 20, uint64_t seed = 1) {
    Generator random(seed);
    tensor::Dense x;
    x.resize({static_cast<Dim>(rows), static_cast<Dim>(columns)}, DType::float32);
    for (size_t r = 0; r < rows; ++r)
      for (size_t c = 0; c < columns; ++c)
        x.values<float>()[r * columns + c] =
            r % 7 == 3 || c == 5 || random.below(5) ? 0 : static_cast<float>(random.normal());
    dense = x;
    csr = to_csr(Tensor(x));
    for (size_t r = 0; r < rows; ++r) {
      double sum = 1;
      for (size_t c = 0; c < columns; ++c)
        sum += static_cast<double>(x.values<float>()[r * columns + c]) * (static_cast<double>(c) / 10 - 1);
      y.push_back(static_cast<float>(sum));
      label.push_back(static_cast<int64_t>(r % 3));
    }
  }
  tensor::Dense dense{};
  tensor::Csr csr{};
  std::vector<float> y{};
  std::vector<int64_t> label{};
};

Model linear(bool sparse_input, bool sparse_weight, const layers::DenseOptions& more = {}) {
  layers::DenseOptions options = more;
  options.sparse_weight = sparse_weight;
  options.kernel_initializer = initializers::RandomNormal{.seed = 3};
  const Symbol in = Input({.shape = {20}, .sparse = sparse_input});
  return Model(in, Dense(1, options)(in));
}

std::vector<float> kernel_of(Model& model) {
  const auto weights = model.get_weights();
  const auto v = weights[0].values<float>();
  return {v.begin(), v.end()};
}

void expect_near(const std::vector<float>& a, const std::vector<float>& b, double tolerance) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], tolerance) << i;
}

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

TEST(Model, WithoutFlagsCsrLearnsWhatDenseLearns) {
  const Problem p;
  for (const auto& optimizer : optimizers_to_try())
    for (const bool declared : {true, false}) {
      std::vector<std::vector<float>> kernels;
      for (const bool fed_csr : {true, false}) {
        set_random_seed(5);
        Model model = linear(declared && fed_csr, false, {.kernel_regularizer = regularizers::l2(0.01)});
        // Each run takes an optimizer of its own: the states are its.
        const auto config = optimizer->config();
        Arg<optimizers::Optimizer> own;
        if (optimizer->class_name() == "Adam") own = optimizers::Adam{.lr = 0.05};
        else if (optimizer->class_name() == "Adagrad") own = optimizers::Adagrad{.lr = 0.1};
        else
          own = optimizers::SGD{.lr = 0.05,
                                .momentum = std::get<double>(config.at("momentum")),
                                .decay = std::get<double>(config.at("decay")),
                                .nesterov = std::get<bool>(config.at("nesterov"))};
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

TEST(Model, SeveralInputsAndOutputsAndSharedLayers) {
  const Problem a, b(101, 20, 2);
  const Symbol left = Input({.shape = {20}, .name = "left", .sparse = true});
  const Symbol right = Input({.shape = {20}, .name = "right", .sparse = true});
  Dense shared(4, {.activation = "relu"});
  const Symbol both = layers::concatenate({shared(left), shared(right)});
  Model model({left, right},
              {Dense(1, {.name = "value"})(both), Dense(3, {.activation = "softmax", .name = "kind"})(both)});
  EXPECT_EQ(model.get_weights().size(), 6u);  // The shared layer's stand once.
  model.compile(
      {.optimizer = "adam",
       .loss = std::map<std::string, Arg<losses::Loss>>{{"value", "mse"},
                                                        {"kind", "sparse_categorical_crossentropy"}},
       .output_metrics = {{"kind", {"accuracy"}}},
       .loss_weights = std::vector<double>{0.5, 2.0}});
  EXPECT_EQ(model.metrics_names(), (std::vector<std::string>{"loss", "value_loss", "kind_loss", "kind_acc"}));
  const Arrays x(std::map<std::string, Array>{{"right", Array(b.csr)}, {"left", Array(a.csr)}});
  const Arrays y{Array(a.y), Array(a.label)};
  const History h = model.fit(x, y, {.epochs = 5, .verbose = 0});
  EXPECT_LT(h.history.at("loss").back(), h.history.at("loss").front());
  const auto scores = model.evaluate(x, y, {.verbose = 0});
  ASSERT_EQ(scores.size(), 4u);
  EXPECT_NEAR(scores[0], 0.5 * scores[1] + 2 * scores[2], 1e-4 * scores[0]);
  EXPECT_EQ(model.predict_all(x)[1].shape, (Shape{101, 3}));
  EXPECT_THROW(model.fit(Arrays{Array(a.csr)}, y, {.verbose = 0}), std::invalid_argument);
  EXPECT_THROW(model.fit(x, y, {.verbose = 0, .class_weight = {{0, 1.0}}}), std::invalid_argument);
}

TEST(Model, ASharedTableIsReadByTwoInputsAtOnce) {
  const Problem a, b(101, 20, 2);
  const Symbol left = Input({.shape = {20}, .sparse = true}), right = Input({.shape = {20}, .sparse = true});
  std::vector<std::vector<float>> predictions;
  for (const bool sparse_weight : {true, false}) {
    Dense shared(
        4, {.kernel_initializer = initializers::RandomNormal{.seed = 3}, .sparse_weight = sparse_weight});
    Model model({left, right}, {layers::concatenate({shared(left), shared(right)})});
    const tensor::Dense p = model.predict(Arrays{Array(a.csr), Array(b.csr)});
    predictions.emplace_back(p.values<float>().begin(), p.values<float>().end());
  }
  EXPECT_EQ(predictions[0], predictions[1]);
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

TEST(Model, ClassWeightsNeedWholeClassesAndFiniteWeights) {
  const Problem data;
  Model model = linear(false, false);
  model.compile({.optimizer = "sgd", .loss = "mse"});
  const std::vector<float> y(data.y.size(), 0.5f), zeros(data.y.size());
  EXPECT_THROW(model.fit(data.dense, y, {.verbose = 0, .class_weight = {{0, 1}, {1, 1}}}), InvalidArgument);
  EXPECT_THROW(model.fit(data.dense, zeros, {.verbose = 0, .class_weight = {{0, NAN}}}), InvalidArgument);
  const Symbol in = Input({.shape = {20}});
  Model cube(in, layers::Reshape({4, 5})(in));
  cube.compile({.optimizer = "sgd", .loss = "mse"});
  const tensor::Dense y3 = cube.predict(data.dense);
  EXPECT_THROW(cube.fit(data.dense, y3, {.verbose = 0, .class_weight = {{0, 1}}}), InvalidArgument);
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

TEST(Model, EarlyStoppingRestoresTheBestWeights) {
  const Problem p;
  Model model = linear(true, true);
  model.compile({.optimizer = optimizers::SGD{.lr = 0.05}, .loss = "mse"});
  auto stopping = std::make_shared<callbacks::EarlyStopping>(
      callbacks::EarlyStoppingOptions{.monitor = "loss", .patience = 2, .restore_best_weights = true});
  std::vector<float> at_two;
  auto remember = std::make_shared<callbacks::LambdaCallback>(
      callbacks::LambdaCallbackOptions{.on_epoch_end = [&](int epoch, const callbacks::Logs&) {
        if (epoch == 1) at_two = kernel_of(model);
      }});
  struct Worse : callbacks::Callback {
    void on_epoch_end(int epoch, callbacks::Logs& logs) override {
      if (epoch >= 2) *callbacks::find(logs, "loss") = 1e9;
    }
  };
  const History h = model.fit(
      p.csr, p.y, {.epochs = 50, .verbose = 0, .callbacks = {remember, std::make_shared<Worse>(), stopping}});
  EXPECT_EQ(h.epoch.size(), 4u);
  EXPECT_EQ(stopping->stopped_epoch(), 3);
  EXPECT_EQ(kernel_of(model), at_two);
}

TEST(Model, BadInputChangesNoWeight) {
  const Problem p;
  Model model = linear(true, false);
  model.compile({.optimizer = "sgd", .loss = "mse"});
  const auto before = kernel_of(model);
  const FitOptions quiet{.verbose = 0};
  const auto message = [&](const auto& run) {
    try {
      run();
    } catch (const std::exception& e) {
      return std::string(e.what());
    }
    return std::string("no error");
  };
  EXPECT_EQ(
      message([&] { model.fit(p.csr, std::vector<float>(100), quiet); }),
      "fit: y must have as many rows as the other arrays. Received: y=(100, 1) dense, others have rows=101.");
  const Problem wide(10, 21);
  EXPECT_EQ(message([&] { model.fit(wide.csr, wide.y, quiet); }).substr(0, 43),
            "fit: x must have the shape of input 'input_");
  EXPECT_EQ(message([&] { model.fit(p.csr, p.y, {.batch_size = 0, .verbose = 0}); }),
            "fit: batch_size must be positive. Received: batch_size=0.");
  tensor::Csr bad = p.csr;
  bad.indices = p.csr.indices.copy();
  bad.indices.as<int32_t>().back() = 20;
  EXPECT_THROW(model.fit(bad, p.y, quiet), std::out_of_range);
  bad.indices = p.csr.indices;
  bad.indptr = p.csr.indptr.copy();
  std::swap(bad.indptr.as<int32_t>()[50], bad.indptr.as<int32_t>()[60]);
  EXPECT_THROW(model.fit(bad, p.y, quiet), std::invalid_argument);
  EXPECT_EQ(kernel_of(model), before);

  Model other = linear(true, false);
  EXPECT_NE(message([&] { other.fit(p.csr, p.y, quiet); }).find("must be compiled first"), std::string::npos);
  EXPECT_NE(message([&] { other.compile({.optimizer = "sgd", .loss = "msee"}); }).find("did you mean 'mse'"),
            std::string::npos);
  EXPECT_NE(
      message([] { Dense(8)(Input({.shape = {Dim{1} << 40}, .sparse = true})); }).find("sparse_weight=True"),
      std::string::npos);
  EXPECT_EQ(message([] { Dense(0); }), "Dense: units must be positive. Received: units=0.");
  EXPECT_NE(message([] {
              Input({.shape = {2, 2}, .sparse = true});
            }).find("a csr input has rank 2"),
            std::string::npos);
}

TEST(Model, EmbeddingIdsMustBeIntegersInRange) {
  Sequential model({layers::Embedding(50, 4, {.input_length = 1}), layers::Flatten(), Dense(1)});
  model.compile({.optimizer = "sgd", .loss = "mse"});
  const std::vector<float> y{1, 2};
  EXPECT_THROW(model.fit(std::vector<float>{1, 2}, y, {.verbose = 0}), std::invalid_argument);
  EXPECT_THROW(model.fit(std::vector<int32_t>{1, 50}, y, {.verbose = 0}), std::out_of_range);
  EXPECT_THROW(model.fit(std::vector<int64_t>{-1, 3}, y, {.verbose = 0}), std::out_of_range);
  EXPECT_NO_THROW(model.fit(std::vector<uint8_t>{1, 49}, y, {.verbose = 0}));

  // A bad id in the last batch, and a bad label, change no weight either.
  const auto before = kernel_of(model);
  EXPECT_THROW(
      model.fit(std::vector<int32_t>{1, 50}, y, {.batch_size = 1, .verbose = 0, .shuffle = Shuffle::none}),
      std::out_of_range);
  EXPECT_EQ(kernel_of(model), before);
  Sequential labels({Dense(3, {.activation = "softmax", .input_dim = 1})});
  labels.compile({.optimizer = "sgd", .loss = "sparse_categorical_crossentropy"});
  const auto untrained = kernel_of(labels);
  try {
    labels.fit(y, std::vector<int32_t>{2, 3}, {.batch_size = 1, .verbose = 0, .shuffle = Shuffle::none});
    FAIL();
  } catch (const std::out_of_range& e) {
    EXPECT_STREQ(e.what(), "fit: y must hold ids in [0, 3). Received: 3 in row 1.");
  }
  EXPECT_EQ(kernel_of(labels), untrained);
}

TEST(Model, WarnsOnceWhenTheLossIsNotFinite) {
  Problem p;
  p.y[0] = std::numeric_limits<float>::infinity();
  Model model = linear(true, false);
  model.compile({.optimizer = "sgd", .loss = "mse"});
  std::vector<std::string> warnings;
  set_warning_handler([&](const std::string& w) { warnings.push_back(w); });
  model.fit(p.csr, p.y, {.batch_size = 10, .verbose = 0, .shuffle = Shuffle::none});
  set_warning_handler({});
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_NE(warnings[0].find("in epoch 1, batch 1"), std::string::npos) << warnings[0];
}

TEST(Model, InterruptEndsFitBetweenSteps) {
  struct Interrupted : std::exception {};
  const Problem p;
  Model model = linear(true, false);
  model.compile({.optimizer = "sgd", .loss = "mse"});
  set_interrupt_check([] { throw Interrupted(); });
  EXPECT_THROW(model.fit(p.csr, p.y, {.epochs = 1'000'000, .verbose = 0}), Interrupted);
  set_interrupt_check({});
  EXPECT_TRUE(std::isfinite(model.evaluate(p.csr, p.y, {.verbose = 0})[0]));
}

TEST(Model, TrainableFlagsAreObeyedFromTheNextStep) {
  const Problem p;
  Model model = linear(true, false);
  model.compile({.optimizer = "sgd", .loss = "mse"});
  const auto before = kernel_of(model);
  model.set_trainable(false);
  model.fit(p.csr, p.y, {.verbose = 0});
  EXPECT_EQ(kernel_of(model), before);
  model.set_trainable(true);
  model.fit(p.csr, p.y, {.verbose = 0});
  EXPECT_NE(kernel_of(model), before);
}

TEST(Model, IsALayerToo) {
  const Problem p;
  Model inner = linear(true, false);
  const Symbol in = Input({.shape = {20}, .sparse = true});
  Model outer(in, Dense(2)(inner(in)));
  EXPECT_EQ(outer.get_weights().size(), 4u);
  outer.compile({.optimizer = "sgd", .loss = "mse"});
  const auto before = kernel_of(inner);
  std::vector<float> y(202, 1.0f);
  outer.fit(p.csr, array{std::span<const float>(y), {101, 2}}, {.verbose = 0});
  EXPECT_NE(kernel_of(inner), before);
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
  // A momentum may be negative, of which Adagrad would take the root.
  model.compile({.optimizer = optimizers::Adagrad{}, .loss = "mse"});
  const History h = model.fit(data.csr, data.y, {.epochs = 3, .verbose = 0});
  EXPECT_TRUE(std::isfinite(h.history.at("loss").back()));
}

TEST(Model, NestedOnesKeepTheirFlagsAndLosses) {
  const Problem data;
  const Symbol in = Input({.shape = {20}}), outer_in = Input({.shape = {20}});
  Dense frozen(4, {.trainable = false});
  Dense counted(4, {.activity_regularizer = regularizers::l2(1.0)});
  Model inner(in, counted(frozen(in)));
  Model outer(outer_in, Dense(1)(inner(outer_in)));
  EXPECT_EQ(outer.network().trainable_weights().size(), 4u);
  outer.compile({.optimizer = "sgd", .loss = "mse"});
  const auto before = frozen.get_weights()[0];
  outer.fit(data.dense, data.y, {.verbose = 0});
  EXPECT_TRUE(std::ranges::equal(before.values<float>(), frozen.get_weights()[0].values<float>()));
  inner.set_trainable(false);
  EXPECT_EQ(outer.network().trainable_weights().size(), 2u);

  const tensor::Dense y = inner.predict(data.dense);
  Model same(outer_in, inner(outer_in));
  same.compile({.optimizer = "sgd", .loss = "mse"});
  EXPECT_GT(same.evaluate(data.dense, y, {.verbose = 0})[0], 0);  // Of the activity alone.
}

TEST(Model, AWeightThatIsReachedTwiceIsOneWeight) {
  const Symbol in = Input({.shape = {20}}), outer_in = Input({.shape = {20}});
  Dense shared(4);
  Model inner(in, shared(in));
  Model outer(outer_in, layers::add({inner(outer_in), shared(outer_in)}));
  EXPECT_EQ(outer.get_weights().size(), 2u);
  EXPECT_EQ(outer.network().trainable_weights().size(), 2u);
}

TEST(Model, CallbacksMayFreezeAndEvaluateButNotCompile) {
  const Problem data;
  const Symbol in = Input({.shape = {20}});
  Dense first(4);
  Model model(in, Dense(1)(first(in)));
  model.compile({.optimizer = "sgd", .loss = "mse"});
  tensor::Dense after_first{};
  const auto freeze = std::make_shared<callbacks::LambdaCallback>(
      callbacks::LambdaCallbackOptions{.on_epoch_end = [&](int epoch, const callbacks::Logs&) {
        if (epoch > 0) return;
        first.set_trainable(false);
        after_first = first.get_weights()[0];
        model.evaluate(data.dense, data.y, {.verbose = 0});
      }});
  model.fit(data.dense, data.y, {.epochs = 3, .verbose = 0, .callbacks = {freeze}});
  EXPECT_TRUE(std::ranges::equal(after_first.values<float>(), first.get_weights()[0].values<float>()));

  const auto compile = std::make_shared<callbacks::LambdaCallback>(
      callbacks::LambdaCallbackOptions{.on_epoch_end = [&](int, const callbacks::Logs&) {
        model.compile({.optimizer = "adam", .loss = "mae"});
      }});
  EXPECT_THROW(model.fit(data.dense, data.y, {.verbose = 0, .callbacks = {compile}}), InvalidArgument);
  model.compile({.optimizer = "adam", .loss = "mae"});  // Afterwards it may be.
  EXPECT_THROW(model.fit(data.dense, data.y, {.verbose = 0, .callbacks = {nullptr}}), InvalidArgument);
}

TEST(Model, PredictsOnlyWhatHasARowForEachRow) {
  const Problem data;
  const Symbol in = Input({.shape = {20}});
  EXPECT_THROW(Model(in, sum(in)).predict(data.dense), InvalidArgument);
  EXPECT_THROW(Model(in, layers::Concatenate(0)({in, in})).predict(data.dense), InvalidArgument);
}

TEST(Model, MetricsOfOneNameAreNumbered) {
  const Problem data;
  Model model = linear(false, false);
  model.compile({.optimizer = "sgd", .loss = "mse", .metrics = {"acc", "accuracy"}});
  EXPECT_EQ(model.metrics_names(), (std::vector<std::string>{"loss", "acc", "acc_1"}));
  const History h = model.fit(data.dense, data.y, {.epochs = 2, .verbose = 0});
  EXPECT_EQ(h.history.at("acc").size(), 2u);
}

TEST(Model, IsMadeInTimeWhereOpsShareTheirInputs) {
  const Symbol in = Input({.shape = {20}});
  Symbol s = Dense(4)(in);
  for (int i = 0; i < 80; ++i) s = add(s, s);  // 2^80 ways through it.
  EXPECT_EQ(Model(in, s).network().layers().size(), 2u);
}

TEST(Layer, AWeightMustFitInMemoryOneRowOfATableToo) {
  const Symbol in = Input({.shape = {4}, .sparse = true});
  for (const bool sparse : {false, true})
    EXPECT_THROW(Dense(Dim{1} << 62, {.use_bias = false, .sparse_weight = sparse})(in), InvalidArgument);
}

TEST(Sequential, CopiesAreOneModel) {
  const Problem data;
  Sequential model({Dense(1)});
  Sequential copy = model;
  model.compile({.optimizer = "sgd", .loss = "mse"});
  model.fit(data.dense, data.y, {.verbose = 0});
  EXPECT_EQ(copy.summary(), model.summary());
  EXPECT_EQ(copy(Input({.shape = {20}})).shape(), (Shape{None, 1}));
  EXPECT_EQ(copy.state(), model.state());
  EXPECT_THROW(Sequential({Dense(1)}).predict(tensor::Dense{}), InvalidArgument);
}

TEST(Sequential, IsBuiltByItsFirstInput) {
  const Problem p;
  Sequential model({Dense(4, {.activation = "relu"}), Dense(1)});
  EXPECT_FALSE(model.built());
  model.compile({.optimizer = "sgd", .loss = "mse"});
  model.fit(p.csr, p.y, {.verbose = 0});
  EXPECT_TRUE(model.built());
  EXPECT_EQ(model.get_weights().size(), 4u);
  model.pop();
  EXPECT_EQ(model.get_weights().size(), 2u);
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

// Metrics with a state and csr targets through fit, evaluate and validation.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "lacuna/callbacks/early_stopping.h"
#include "lacuna/metrics/auc.h"
#include "lacuna/metrics/counts.h"
#include "lacuna/models/testing.h"
#include "lacuna/optimizers/sgd.h"

namespace lacuna {
namespace {

using layers::Dense;
using layers::Input;
using optimizers::SGD;

double auc_of(const std::vector<float>& y, std::span<const float> p, const std::vector<float>& w) {
  double won = 0, pairs = 0;
  for (size_t a = 0; a < y.size(); ++a)
    for (size_t b = 0; b < y.size(); ++b) {
      if (y[a] != 1 || y[b] != 0) continue;
      const double weight = w.empty() ? 1 : static_cast<double>(w[a]) * w[b];
      pairs += weight;
      won += weight * (p[a] > p[b] ? 1 : p[a] == p[b] ? 0.5 : 0);
    }
  return won / pairs;
}

std::vector<float> labels_of(const Problem& p) {
  std::vector<float> labels;
  for (const float y : p.y) labels.push_back(y > 1);
  return labels;
}

TEST(ModelMetrics, AreExactInFitEvaluateAndValidation) {
  const Problem p;
  const auto y = labels_of(p);
  std::vector<float> w;
  for (size_t r = 0; r < y.size(); ++r) w.push_back(static_cast<float>(r % 3));
  Model model = linear(true, false, {.activation = "sigmoid"});
  model.compile({.optimizer = SGD{.lr = 0},
                 .loss = "binary_crossentropy",
                 .metrics = {"auc", metrics::F1{}, "acc"},
                 .weighted_metrics = {"acc"}});
  EXPECT_EQ(model.metrics_names(), (std::vector<std::string>{"loss", "auc", "f1", "acc", "weighted_acc"}));
  const auto predicted = model.predict(p.csr);
  const double expected = auc_of(y, predicted.values<float>(), {}),
               weighted = auc_of(y, predicted.values<float>(), w);
  double right = 0, total = 0;
  for (size_t r = 0; r < y.size(); ++r) {
    right += w[r] * ((predicted.values<float>()[r] > 0.5f) == (y[r] == 1));
    total += w[r];
  }
  const auto values = model.evaluate(p.csr, y, {.batch_size = 8, .verbose = 0, .sample_weight = w});
  EXPECT_NEAR(values[1], weighted, 1e-12);
  EXPECT_NEAR(values[4], right / total, 1e-12);
  const History h = model.fit(p.csr, y,
                              {.batch_size = 10,
                               .epochs = 2,
                               .verbose = 0,
                               .validation_data = ValidationData{p.csr, y},
                               .sample_weight = w});
  for (const double value : h.history.at("auc")) EXPECT_NEAR(value, weighted, 1e-12);
  for (const double value : h.history.at("val_auc")) EXPECT_NEAR(value, expected, 1e-12);
  EXPECT_NEAR(model.train_on_batch(p.csr, y)[1], expected, 1e-12);
  EXPECT_NEAR(model.test_on_batch(p.csr, y)[1], expected, 1e-12);
}

TEST(ModelMetrics, ThoseWithAStateGoOnFromBatchToBatch) {
  const Problem p;
  const auto y = labels_of(p);
  Model model = linear(true, false, {.activation = "sigmoid"});
  model.compile(
      {.optimizer = SGD{.lr = 0}, .loss = "binary_crossentropy", .metrics = {metrics::Recall{}, "auc"}});
  std::vector<float> inverse;  // No step changes the weights, so that what was recalled is now wrong.
  for (const float label : y) inverse.push_back(1 - label);
  const double recall = model.test_on_batch(p.csr, y)[1], of_inverse = [&] {
    model.reset_metrics();
    return model.test_on_batch(p.csr, inverse)[1];
  }();
  const double positives = std::accumulate(y.begin(), y.end(), 0.0), all = static_cast<double>(y.size()),
               both = (recall * positives + of_inverse * (all - positives)) / all;
  const auto two = [&](std::optional<bool> reset) {
    model.reset_metrics();
    model.train_on_batch(p.csr, y, {}, {}, reset);
    return model.train_on_batch(p.csr, inverse, {}, {}, reset);
  };
  const double auc = model.evaluate(p.csr, inverse, {.verbose = 0})[2];
  EXPECT_NEAR(two({})[1], both, 1e-12);
  EXPECT_NEAR(two({})[2], auc, 1e-12);  // Its state grows with the rows.
  EXPECT_NEAR(two(false)[2], 0.5, 1e-12);
  EXPECT_NEAR(two(true)[1], of_inverse, 1e-12);
  two({});
  model.evaluate(p.csr, y, {.verbose = 0});
  EXPECT_NEAR(model.train_on_batch(p.csr, y)[1], recall, 1e-12);
}

// Weights beyond float32 count in a float32 model: 1e-50 is not 0, and 1e45 is not infinite.
TEST(ModelMetrics, SampleWeightsAreDouble) {
  const Problem p;
  Model model = linear(true, false, {});
  model.compile({.optimizer = SGD{.lr = 0}, .loss = "mse"});
  const auto predicted = model.predict(p.csr);
  for (const auto& [least, most] : {std::pair{1e-50, 1.0}, std::pair{1.0, 1e30}}) {
    std::vector<double> w(p.y.size(), least);
    w[0] = most;
    double expected = 0;
    for (size_t r = 0; r < w.size(); ++r) {
      const double error = static_cast<double>(predicted.values<float>()[r]) - p.y[r];
      expected += w[r] * error * error / static_cast<double>(w.size());
    }
    const int rows = static_cast<int>(w.size());
    const auto values = model.evaluate(p.csr, p.y, {.batch_size = rows, .verbose = 0, .sample_weight = w});
    EXPECT_NEAR(values[0], expected, 1e-5 * expected);
  }
  std::vector<double> beyond(p.y.size(), 1e45);  // Times errors below 1e-10.
  const std::vector<float> near(predicted.values<float>().begin(), predicted.values<float>().end());
  EXPECT_EQ(model.evaluate(p.csr, near, {.verbose = 0, .sample_weight = beyond})[0], 0);
}

// A metric of a user's own: how many rows there were.
struct Rows final : metrics::Accumulator {
  void reset() override { rows = 0; }
  void add(const Tensor&, const Tensor& y_pred, std::span<const double>) override { rows += y_pred.rows(); }
  double value(std::string*) override { return static_cast<double>(rows); }
  size_t cost() const override { return 1; }
  Dim rows = 0;
};

TEST(ModelMetrics, AUsersOwn) {
  const Problem p;
  Model model = linear(true, false);
  const auto rows = std::make_shared<metrics::Metric>(
      metrics::Metric{.name = "rows", .accumulator = [](metrics::Task) { return std::make_shared<Rows>(); }});
  model.compile({.optimizer = "sgd", .loss = "mse", .metrics = {rows}});
  const History h = model.fit(p.csr, p.y, {.batch_size = 16, .epochs = 3, .verbose = 0});
  EXPECT_EQ(h.history.at("rows"), (std::vector<double>{101, 101, 101}));
}

TEST(ModelMetrics, StopEarlyWhenTheAreaNoLongerGrows) {
  const Problem p;
  const auto y = labels_of(p);
  Model model = linear(true, false, {.activation = "sigmoid"});
  model.compile({.optimizer = SGD{.lr = 0}, .loss = "binary_crossentropy", .metrics = {"auc"}});
  const auto stopping = std::make_shared<callbacks::EarlyStopping>(
      callbacks::EarlyStoppingOptions{.monitor = "val_auc", .patience = 2});
  const History h = model.fit(
      p.csr, y,
      {.epochs = 9, .verbose = 0, .callbacks = {stopping}, .validation_data = ValidationData{p.csr, y}});
  EXPECT_EQ(h.epoch.size(), 3u);
  EXPECT_GT(stopping->best(), 0);
}

TEST(ModelMetrics, CsrTargetsAndPaddedIdsLearnWhatDenseTargetsLearn) {
  const Problem p;
  constexpr size_t kLabels = 5;
  Generator random(3);
  std::vector<float> dense(101 * kLabels, 0.0f);
  std::vector<int64_t> ids(101 * 3, -1);
  for (size_t r = 0; r < 101; ++r)
    for (size_t k = 0; k < r % 3; ++k) {
      const size_t label = (random.below(2) + 2 * k) % kLabels;
      dense[r * kLabels + label] = 1;
      ids[r * 3 + k] = static_cast<int64_t>(label);
    }
  const tensor::Dense full = tensor::Dense::of<float>({101, kLabels}, std::span<const float>(dense));
  const Array sparse = to_csr(Tensor(full)), padded = array{std::span<const int64_t>(ids), {101, 3}};
  const auto learned = [&](const char* activation, const char* loss, const Array& y) {
    set_random_seed(4);
    const Symbol in = Input({.shape = {20}, .sparse = true});
    Model model(in, Dense(kLabels, {.activation = activation})(in));
    model.compile({.optimizer = SGD{.lr = 0.1}, .loss = loss, .metrics = {metrics::F1{.threshold = 0.3}}});
    const History h =
        model.fit(p.csr, y, {.batch_size = 16, .epochs = 3, .verbose = 0, .validation_split = 0.2});
    std::vector<float> result = kernel_of(model);
    for (const auto& [name, values] : h.history) result.insert(result.end(), values.begin(), values.end());
    return result;
  };
  expect_near(learned("sigmoid", "binary_crossentropy", sparse),
              learned("sigmoid", "binary_crossentropy", full), 1e-5);
  const auto expected = learned("softmax", "categorical_crossentropy", full);
  expect_near(learned("softmax", "categorical_crossentropy", sparse), expected, 1e-5);
  expect_near(learned("softmax", "multi_hot_sparse_categorical_crossentropy", sparse), expected, 1e-5);
  expect_near(learned("softmax", "multi_hot_sparse_categorical_crossentropy", padded), expected, 1e-5);
}

}  // namespace
}  // namespace lacuna

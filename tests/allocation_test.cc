// A training step allocates nothing once its buffers have grown.
#include <gtest/gtest.h>
#include <lacuna/lacuna.h>

#include "tests/allocations.h"

namespace lacuna {
namespace {

// The number of allocations of a fit of so many epochs on the same batches.
int64_t allocations_of(Model& model, const Arrays& x, const Arrays& y, int epochs) {
  const int64_t before = allocations();
  model.fit(x, y, {.batch_size = 16, .epochs = epochs, .verbose = 0, .shuffle = Shuffle::none});
  return allocations() - before;
}

// 40 batches of 16 rows of csr, 200 columns.
struct Data {
  Data() {
    Generator random(1);
    for (int r = 0; r < 16 * 40; ++r) {
      for (int32_t c = static_cast<int32_t>(random.below(9)); c < 200;
           c += 1 + static_cast<int32_t>(random.below(20))) {
        data.push_back(1);
        indices.push_back(c);
      }
      indptr.push_back(static_cast<int32_t>(indices.size()));
      y.push_back(static_cast<float>(r % 2));
      for (int i = 0; i < 6; ++i) ids.push_back(static_cast<int32_t>(random.below(200)) * (i < r % 7));
    }
  }
  auto x() const {
    return csr_matrix{std::span<const float>(data),
                      std::span<const int32_t>(indices),
                      std::span<const int32_t>(indptr),
                      {static_cast<Dim>(y.size()), 200}};
  }
  auto padded() const { return array{std::span<const int32_t>(ids), {static_cast<Dim>(y.size()), 6}}; }
  std::vector<float> data{}, y{};
  std::vector<int32_t> indices{}, indptr{0}, ids{};
};

void expect_none(Model& model, const Arrays& x, const Arrays& y, const std::string& what) {
  if (!kAllocationsAreCounted) GTEST_SKIP() << "a sanitizer counts for itself";
  const size_t threads = num_threads();
  set_num_threads(1);              // oneTBB allocates its tasks itself.
  allocations_of(model, x, y, 2);  // Buffers grow, rows are made.
  const int64_t few = allocations_of(model, x, y, 2), many = allocations_of(model, x, y, 12);
  // What an epoch itself takes (logs, history) is less than one allocation a step.
  EXPECT_LT(many - few, 10 * 40) << "ten more epochs of 40 steps, " << what;
  set_num_threads(threads);
}

TEST(Allocation, StepsAllocateNothing) {
  const Data d;
  for (const bool sparse_weight : {true, false}) {
    const Symbol in = Input({.shape = {200}, .sparse = true});
    Symbol h =
        layers::Dense(40, {.activation = "relu", .sparse_weight = sparse_weight})(layers::Dropout(0.2)(in));
    Model model(in, layers::Dense(1, {.activation = "sigmoid"})(h));
    model.compile({.optimizer = "adam", .loss = "binary_crossentropy", .metrics = {"accuracy"}});
    expect_none(model, d.x(), d.y, text("sparse_weight ", sparse_weight));
  }
}

TEST(Allocation, NorOfBagsCrossesAndNormalization) {
  const Data d;
  for (const bool table : {true, false}) {
    const Symbol in = Input({.shape = {200}, .sparse = true});
    const Symbol scaled = layers::BatchNormalization({.center = false, .subtract_mean = false})(in);
    const Symbol crossed = layers::CrossNet(2, {.use_bias = false, .sparse_weight = table})(scaled);
    Symbol h = layers::Embedding(200, 33, {.sparse_grad = table, .combiner = "sqrtn"})(crossed);
    h = layers::PReLU()(layers::GaussianDropout(0.1)(layers::BatchNormalization()(h)));
    Model model(in, layers::Dense(1, {.activation = "sigmoid"})(h));
    model.compile({.optimizer = "adam", .loss = "binary_crossentropy", .metrics = {"accuracy"}});
    expect_none(model, d.x(), d.y, text("csr, table ", table));
  }
}

TEST(Allocation, NorOfRecurrentLayers) {
  const Data d;
  const Symbol in = Input({.shape = {6}});
  const Symbol steps = layers::Embedding(200, 4, {.mask_zero = true})(in);
  const Symbol h =
      layers::LSTM(5, {.dropout = 0.1, .recurrent_dropout = 0.1, .return_sequences = true})(steps);
  Model model(in, layers::Dense(1, {.activation = "sigmoid"})(layers::GRU(3, {.go_backwards = true})(h)));
  model.compile({.optimizer = "adam", .loss = "binary_crossentropy"});
  expect_none(model, d.padded(), d.y, "LSTM and GRU");
}

TEST(Allocation, NorOfPaddedIds) {
  const Data d;
  for (const bool table : {true, false}) {
    const Symbol in = Input({.shape = {6}});
    const Symbol steps = layers::Embedding(200, 4, {.mask_zero = true, .sparse_grad = table})(in);
    const Symbol bag =
        layers::Embedding(200, 4, {.mask_zero = true, .sparse_grad = table, .combiner = "mean"})(in);
    const Symbol pairs = layers::FactorizationMachine(
        4, {.sparse_weight = table, .input_dim = 200, .ids = true, .mask_zero = true})(in);
    const Symbol h = layers::concatenate(
        {layers::GlobalAveragePooling1D()(layers::SpatialDropout1D(0.1)(steps)), bag, pairs});
    Model model(in, layers::Dense(1, {.activation = "sigmoid"})(h));
    model.compile({.optimizer = "adam", .loss = "binary_crossentropy", .metrics = {"accuracy"}});
    expect_none(model, d.padded(), d.y, text("ids, table ", table));
    // The loss of an output with a mask.
    Model masked(in, layers::Dense(1)(steps));
    masked.compile({.optimizer = "adam", .loss = "mse"});
    const std::vector<float> y(d.y.size() * 6, 1);
    expect_none(masked, d.padded(), array{std::span<const float>(y), {static_cast<Dim>(d.y.size()), 6, 1}},
                text("mask, table ", table));
  }
}

TEST(Allocation, NorOfConvolution) {
  const Data d;
  const Symbol in = Input({.shape = {6}});
  Symbol h = layers::Embedding(200, 4)(in);
  h = layers::Conv1D(8, {3}, {.padding = "same", .activation = "relu"})(h);
  h = layers::SeparableConv1D(4, {2})(layers::MaxPooling1D()(h));
  h = layers::AveragePooling1D()(layers::UpSampling1D()(layers::ZeroPadding1D()(h)));
  Model model(in, layers::Dense(1, {.activation = "sigmoid"})(layers::GlobalMaxPooling1D()(h)));
  model.compile({.optimizer = "adam", .loss = "binary_crossentropy"});
  expect_none(model, d.padded(), d.y, "convolution");
}

TEST(Allocation, MetricsWithAStateAndCsrTargetsAllocateNothing) {
  if (!kAllocationsAreCounted) GTEST_SKIP() << "a sanitizer counts for itself";
  const size_t threads = num_threads();
  set_num_threads(1);
  constexpr Dim kRows = 16 * 40, kLabels = 6;
  tensor::Dense x, y;
  x.resize({kRows, 30}, DType::float32);
  y.resize({kRows, kLabels}, DType::float32);
  Generator random(1);
  for (float& v : x.values<float>()) v = random.below(5) ? 0 : static_cast<float>(random.normal());
  for (float& v : y.values<float>()) v = static_cast<float>(random.below(2));
  const Array rows = to_csr(Tensor(x)), labels = to_csr(Tensor(y));
  const std::vector<float> weights(kRows, 0.5f);
  const Symbol in = Input({.shape = {30}, .sparse = true});
  Model model(in, layers::Dense(kLabels, {.activation = "sigmoid"})(in));
  model.compile({.optimizer = "sgd",
                 .loss = "binary_crossentropy",
                 .metrics = {"auc", "f1", "precision", metrics::AUC{.curve = "PR", .average = "micro"}},
                 .weighted_metrics = {"acc"}});
  const auto of_epochs = [&](int epochs) {
    const int64_t before = allocations();
    model.fit(rows, labels,
              {.batch_size = 16,
               .epochs = epochs,
               .verbose = 0,
               .shuffle = Shuffle::none,
               .sample_weight = weights});
    return allocations() - before;
  };
  of_epochs(2);
  EXPECT_LT(of_epochs(12) - of_epochs(2), 10 * 40) << "ten more epochs of 40 steps";
  set_num_threads(threads);
}

}  // namespace
}  // namespace lacuna

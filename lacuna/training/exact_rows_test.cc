// Models whose weights have rows that are left behind train as on dense data. A read sees all rows caught up,
// and changes no bit.
#include <gtest/gtest.h>

#include "lacuna/base/message.h"
#include "lacuna/base/testing.h"
#include "lacuna/layers/core.h"
#include "lacuna/layers/embedding.h"
#include "lacuna/layers/factorization_machine.h"
#include "lacuna/models/model_file.h"
#include "lacuna/models/testing.h"
#include "lacuna/ops/elementwise/scale.h"
#include "lacuna/ops/reductions/reduce.h"
#include "lacuna/optimizers/adam.h"
#include "lacuna/optimizers/ftrl.h"
#include "lacuna/optimizers/rmsprop.h"
#include "lacuna/optimizers/sgd.h"
#include "lacuna/tensor/row_table.h"

namespace lacuna {
namespace {

using layers::Input;
using optimizers::Adam;
using optimizers::AdamW;
using optimizers::Ftrl;
using optimizers::RMSprop;
using optimizers::SGD;

constexpr Dim kExactColumns = 30'000, kExactRows = 48, kBatch = 4;

enum class FirstLayer { dense, embedding, interactions };
enum class Fed { csr, dense };

// Few columns that most rows name and many that one does.
struct WideExample {
  WideExample() {
    Generator random(1);
    x.resize({kExactRows, kExactColumns}, DType::float64);
    std::ranges::fill(x.values<double>(), 0);
    ids.resize({kExactRows, 3}, DType::int64);
    for (size_t r = 0; r < kExactRows; ++r) {
      for (size_t i = 0; i < 6; ++i) {
        const auto c = static_cast<size_t>(i < 3 ? random.below(5) : random.below(kExactColumns));
        x.values<double>()[r * kExactColumns + c] = random.normal();
        if (i < 3)
          ids.values<int64_t>()[r * 3 + i] = static_cast<int64_t>(i ? random.below(kExactColumns) : c);
      }
      y.push_back(static_cast<float>(random.normal()));
    }
    csr = to_csr(Tensor(x));
  }
  tensor::Dense x{}, ids{};
  tensor::Csr csr{};
  std::vector<float> y{};
};

Model made(FirstLayer first, Fed fed, bool flag, const Arg<optimizers::Optimizer>& optimizer,
           const layers::DenseOptions& more = {}) {
  const initializers::RandomNormal draw{.seed = 3};
  Symbol in, h;
  if (first == FirstLayer::embedding) {
    in = Input({.shape = {3}, .dtype = DType::int32});
    h = layers::Flatten()(layers::Embedding(
        kExactColumns, 5,
        {.embeddings_initializer = draw, .sparse_grad = flag, .dtype = DType::float64})(in));
  } else {
    in = Input({.shape = {kExactColumns}, .dtype = DType::float64, .sparse = fed == Fed::csr});
    layers::DenseOptions options = more;
    options.activation = "tanh";
    options.kernel_initializer = draw;
    options.sparse_weight = flag;
    options.dtype = DType::float64;
    h = first == FirstLayer::interactions
            ? layers::FactorizationMachine(
                  4, {.kernel_initializer = draw, .sparse_weight = flag, .dtype = DType::float64})(in)
            : layers::Dense(5, options)(in);
  }
  Model model(in, layers::Dense(1, {.kernel_initializer = draw, .dtype = DType::float64})(h));
  model.compile({.optimizer = optimizer, .loss = "mse"});
  return model;
}

Arrays fed(const WideExample& data, FirstLayer first, Fed how) {
  if (first == FirstLayer::embedding) return Array(Tensor(data.ids));
  return how == Fed::csr ? Array(Tensor(data.csr)) : Array(Tensor(data.x));
}

std::vector<double> values_of(Model& model) {
  std::vector<double> result;
  for (const tensor::Dense& w : model.get_weights())
    result.insert(result.end(), w.values<double>().begin(), w.values<double>().end());
  return result;
}

History fit(Model& model, const WideExample& data, FirstLayer first, Fed how, int epochs,
            std::vector<std::shared_ptr<callbacks::Callback>> callbacks = {}) {
  return model.fit(fed(data, first, how), data.y,
                   {.batch_size = kBatch,
                    .epochs = epochs,
                    .verbose = 0,
                    .callbacks = std::move(callbacks),
                    .shuffle = Shuffle::none});
}

void expect_close_values(const std::vector<double>& a, const std::vector<double>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], 1e-10) << i;
}

// Reads everything after each batch, as callbacks may.
struct Looker final : callbacks::Callback {
  Looker(const WideExample& d, FirstLayer f) : data(d), first(f) {}
  bool wants_batches() const override { return true; }
  void on_batch_end(int64_t, const callbacks::Logs&) override {
    trainer->network().get_weights();
    trainer->network().snapshot();
    trainer->predict(fed(data, first, Fed::csr), {.batch_size = 7});
    trainer->evaluate(fed(data, first, Fed::csr), data.y, {.batch_size = 7, .verbose = 0});
  }
  const WideExample& data;
  FirstLayer first;
};

std::vector<Arg<optimizers::Optimizer>> exact_ones() {
  return {SGD{.lr = 0.05, .momentum = 0.9, .lazy_update = false}, Adam{.lr = 0.01, .lazy_update = false},
          Adam{.lr = 0.01, .amsgrad = true, .lazy_update = false, .clipnorm = 0.5}};
}

TEST(ExactRows, EndWhereDenseDataDoesAndWhereAFlaggedWeightDoes) {
  const WideExample data;
  for (size_t i = 0; i < exact_ones().size(); ++i) {
    SCOPED_TRACE(i);
    Model dense = made(FirstLayer::dense, Fed::dense, false, exact_ones()[i]);
    fit(dense, data, FirstLayer::dense, Fed::dense, 3);
    for (const bool flag : {false, true}) {
      Model sparse = made(FirstLayer::dense, Fed::csr, flag, exact_ones()[i]);
      fit(sparse, data, FirstLayer::dense, Fed::csr, 3);
      expect_close_values(values_of(sparse), values_of(dense));
    }
  }
  for (const FirstLayer first : {FirstLayer::embedding, FirstLayer::interactions}) {
    Model plain = made(first, Fed::csr, false, Adam{.lr = 0.01}),
          flagged = made(first, Fed::csr, true, Adam{.lr = 0.01, .lazy_update = false});
    fit(plain, data, first, Fed::csr, 3);
    fit(flagged, data, first, Fed::csr, 3);
    expect_close_values(values_of(flagged), values_of(plain));
  }
}

TEST(ExactRows, WhoLooksSeesThemCaughtUp) {
  const WideExample data;
  for (const bool flag : {false, true}) {
    Model dense = made(FirstLayer::dense, Fed::dense, false, Adam{.lr = 0.01}),
          sparse = made(FirstLayer::dense, Fed::csr, flag, Adam{.lr = 0.01, .lazy_update = false});
    for (size_t step = 0; step < 6; ++step) {
      const std::vector<float> y(data.y.begin() + static_cast<std::ptrdiff_t>(step * kBatch),
                                 data.y.begin() + static_cast<std::ptrdiff_t>((step + 1) * kBatch));
      tensor::Dense part;
      part.resize({kBatch, kExactColumns}, DType::float64);
      std::copy_n(
          data.x.values<double>().begin() + static_cast<std::ptrdiff_t>(step * kBatch * kExactColumns),
          kBatch * kExactColumns, part.values<double>().begin());
      dense.train_on_batch(Array(Tensor(part)), y);
      sparse.train_on_batch(Array(Tensor(to_csr(Tensor(part)))), y);
      expect_close_values(values_of(sparse), values_of(dense));
      const auto a = dense.predict(Array(Tensor(data.x))), b = sparse.predict(Array(Tensor(data.csr)));
      expect_close_values({a.values<double>().begin(), a.values<double>().end()},
                          {b.values<double>().begin(), b.values<double>().end()});
    }
  }
}

TEST(ExactRows, LookingChangesNoBit) {
  const WideExample data;
  for (const FirstLayer first : {FirstLayer::dense, FirstLayer::embedding, FirstLayer::interactions})
    for (const bool flag : {false, true})
      for (size_t i = 0; i < exact_ones().size(); ++i) {
        Model alone = made(first, Fed::csr, flag, exact_ones()[i]),
              watched = made(first, Fed::csr, flag, exact_ones()[i]);
        fit(alone, data, first, Fed::csr, 2);
        fit(watched, data, first, Fed::csr, 2, {std::make_shared<Looker>(data, first)});
        EXPECT_EQ(values_of(alone), values_of(watched)) << static_cast<int>(first) << flag << i;
      }
}

// Warnings of a test that expects them.
struct Warnings {
  Warnings() {
    set_warning_handler([this](const std::string& text) { texts.push_back(text); });
  }
  Warnings(const Warnings&) = delete;
  Warnings& operator=(const Warnings&) = delete;
  ~Warnings() { set_warning_handler({}); }
  std::vector<std::string> texts{};
};

TEST(ExactRows, RegularizersAndConstraintsHoldForAllRows) {
  const WideExample data;
  const layers::DenseOptions both[] = {
      {.kernel_regularizer = regularizers::L1L2{.l2 = 0.01}},
      {.kernel_regularizer = [](const Symbol& w) { return scale(sum_of_squares(w), 0.01); }},
      {.kernel_constraint =
           constraints::MinMaxNorm{.min_value = 0.5, .max_value = 1.0, .rate = 0.5, .axis = {1}}}};
  const layers::DenseOptions unflagged{.kernel_constraint =
                                           constraints::MaxNorm{.max_value = 0.7, .axis = {0}}};
  const std::function<Arg<optimizers::Optimizer>()> optimizers[] = {
      // A new one for each model.
      [] { return SGD{.lr = 0.05, .momentum = 0.9, .lazy_update = false}; },
      [] { return RMSprop{.lr = 0.01, .lazy_update = false}; },
      [] { return Adam{.lr = 0.01, .lazy_update = false, .clipnorm = 0.5}; }};
  const auto losses = [&](const layers::DenseOptions& more, const auto& optimizer, Fed how, bool flag,
                          std::vector<double>& weights) {
    Model model = made(FirstLayer::dense, how, flag, optimizer(), more);
    model.evaluate(fed(data, FirstLayer::dense, how), data.y, {.verbose = 0});
    if (flag) {
      EXPECT_EQ(model.network().weights()[0]->variable->value().table().size(), 0u);  // It only reads.
    }
    std::vector<double> result = fit(model, data, FirstLayer::dense, how, 2).history.at("loss");
    weights = values_of(model);
    result.push_back(model.evaluate(fed(data, FirstLayer::dense, how), data.y, {.verbose = 0})[0]);
    return result;
  };
  std::vector<double> of_dense, of_sparse;
  for (const layers::DenseOptions& more : both)
    for (const auto& optimizer : optimizers) {
      const auto expected = losses(more, optimizer, Fed::dense, false, of_dense);
      for (const bool flag : {false, true}) {
        SCOPED_TRACE(testing::Message() << &more - both << ' ' << &optimizer - optimizers << ' ' << flag);
        const Warnings warnings;
        expect_close_values(losses(more, optimizer, Fed::csr, flag, of_sparse), expected);
        expect_close_values(of_sparse, of_dense);
        ASSERT_EQ(warnings.texts.size(), flag ? 1u : 0u);  // Rows that were never touched take memory.
        if (!flag) continue;
        EXPECT_NE(warnings.texts[0].find("take 1200000 bytes or more"), std::string::npos)
            << warnings.texts[0];
      }
    }
  const auto expected = losses(unflagged, optimizers[0], Fed::dense, false, of_dense);
  expect_close_values(losses(unflagged, optimizers[0], Fed::csr, false, of_sparse), expected);
  expect_close_values(of_sparse, of_dense);
}

TEST(ExactRows, RowsOfZerosThatWereNeverTouchedNeedNotBeThere) {
  constexpr Dim columns = Dim{1} << 40;
  const std::vector<float> values{1, 2, 3, 4}, y{1, -1, 2};
  const std::vector<int64_t> indices{5, columns - 1, 7, 5}, indptr{0, 2, 3, 4};
  const csr_matrix x{std::span<const float>(values),
                     std::span<const int64_t>(indices),
                     std::span<const int64_t>(indptr),
                     {3, columns}};
  const auto model_of = [&](const Arg<initializers::Initializer>& initializer) {
    const Symbol in = Input({.shape = {columns}, .sparse = true});
    Model model(in, layers::Dense(1, {.kernel_initializer = initializer,
                                      .kernel_regularizer = regularizers::l2(0.1),
                                      .kernel_constraint = constraints::NonNeg(),
                                      .sparse_weight = true})(in));
    model.compile({.optimizer = Adam{.lr = 0.05, .lazy_update = false}, .loss = "mse"});
    return model;
  };
  Model zeros = model_of("zeros");
  zeros.fit(x, y, {.batch_size = 1, .epochs = 20, .verbose = 0});
  EXPECT_EQ(zeros.network().weights()[0]->variable->value().table().size(), 3u);
  Model frozen = model_of("ones");  // Nothing of it moves.
  frozen.network().layer(1)->trainable = false;
  frozen.evaluate(x, y, {.verbose = 0});
  Model drawn = model_of("ones");
  const std::string error = message_of<InvalidArgument>([&] { drawn.fit(x, y, {.verbose = 0}); });
  EXPECT_NE(
      error.find(
          "a regularizer or constraint moves all rows of a weight, of which there must be fewer than 2^31; "
          "lazy_update=True moves only the rows of a batch"),
      std::string::npos)
      << error;
}

TEST(ExactRows, OptimizersThatMoveWeightsByThemselvesReachRowsThatNoBatchNamed) {
  const WideExample data;
  const std::function<Arg<optimizers::Optimizer>()> optimizers[] = {
      [] { return AdamW{.lr = 0.01, .weight_decay = 0.3, .lazy_update = false}; },
      [] { return Ftrl{.lr = 0.1, .l1_regularization_strength = 0.01, .lazy_update = false}; }};
  for (const auto& optimizer : optimizers) {
    Model dense = made(FirstLayer::dense, Fed::dense, false, optimizer()),
          flagged = made(FirstLayer::dense, Fed::csr, true, optimizer());
    fit(dense, data, FirstLayer::dense, Fed::dense, 2);
    fit(flagged, data, FirstLayer::dense, Fed::csr, 2);
    expect_close_values(values_of(flagged), values_of(dense));
    const RowTable& table = flagged.network().weights()[0]->variable->value().table();
    EXPECT_LT(table.size(), 500u);

    // A snapshot and a file keep how far rows are behind; a later optimizer continues from there.
    const Snapshot snapshot = flagged.network().snapshot();
    const std::vector<double> then = values_of(flagged);
    const std::string path = temporary_folder() + "moved.h5";
    flagged.save(path);
    Model loaded = load_model(path);
    EXPECT_EQ(values_of(loaded), then);
    for (Model* model : {&dense, &flagged}) {
      model->compile(
          {.optimizer = AdamW{.lr = 0.02, .weight_decay = 0.1, .lazy_update = false}, .loss = "mse"});
      fit(*model, data, FirstLayer::dense, model == &dense ? Fed::dense : Fed::csr, 1);
    }
    expect_close_values(values_of(flagged), values_of(dense));
    EXPECT_NE(values_of(flagged), then);
    flagged.network().restore(snapshot);
    EXPECT_EQ(values_of(flagged), then);
  }
}

TEST(ExactRows, SmallTablesHoldAllRowsAndMoveThem) {
  const Problem p;
  const std::function<Arg<optimizers::Optimizer>()> optimizers[] = {
      [] { return AdamW{.lr = 0.01, .weight_decay = 0.3, .lazy_update = false}; },
      [] { return Ftrl{.lr = 0.1, .lazy_update = false}; },
      [] { return Adam{.lr = 0.01, .lazy_update = false}; }};
  for (const auto& optimizer : optimizers) {
    const layers::DenseOptions more{.kernel_regularizer = regularizers::l2(0.1)};
    Model dense = linear(false, false, more), flagged = linear(true, true, more);
    for (Model* model : {&dense, &flagged}) model->compile({.optimizer = optimizer(), .loss = "mse"});
    const FitOptions options{.batch_size = 8, .epochs = 2, .verbose = 0, .shuffle = Shuffle::none};
    const History a = dense.fit(p.dense, p.y, options), b = flagged.fit(p.csr, p.y, options);
    lacuna::expect_near(kernel_of(flagged), kernel_of(dense), 1e-5);
    EXPECT_NEAR(a.history.at("loss")[1], b.history.at("loss")[1], 1e-4);
  }
}

TEST(ExactRows, ARegularizerSeesRowsCaughtUp) {
  const WideExample data;
  // By epochs, after which no row is behind, and by batches, after which many are.
  Model settled = made(FirstLayer::dense, Fed::csr, true, Adam{.lr = 0.01, .lazy_update = false},
                       {.kernel_regularizer = regularizers::L1L2{.l2 = 0.1}}),
        behind = made(FirstLayer::dense, Fed::csr, true, Adam{.lr = 0.01, .lazy_update = false},
                      {.kernel_regularizer = regularizers::L1L2{.l2 = 0.1}});
  fit(settled, data, FirstLayer::dense, Fed::csr, 1);
  for (size_t first = 0; first < kExactRows; first += kBatch) {
    tensor::Dense part;
    part.resize({kBatch, kExactColumns}, DType::float64);
    std::copy_n(data.x.values<double>().begin() + static_cast<std::ptrdiff_t>(first * kExactColumns),
                kBatch * kExactColumns, part.values<double>().begin());
    const auto y = data.y.begin() + static_cast<std::ptrdiff_t>(first);
    behind.train_on_batch(Array(to_csr(Tensor(part))), std::vector<float>(y, y + kBatch));
  }
  const Arrays x = fed(data, FirstLayer::dense, Fed::csr);
  EXPECT_NEAR(settled.evaluate(x, data.y, {.verbose = 0})[0], behind.evaluate(x, data.y, {.verbose = 0})[0],
              1e-10);
}

TEST(ExactRows, AFrozenLayerStaysWhereItIs) {
  const WideExample data;
  std::vector<double> ends[2];
  for (const Fed how : {Fed::dense, Fed::csr}) {
    Model model = made(FirstLayer::dense, how, false, Adam{.lr = 0.01});
    fit(model, data, FirstLayer::dense, how, 1);
    const auto compile = [&] { model.compile(CompileOptions(model.trainer().options())); };
    model.network().layer(1)->trainable = false;
    compile();
    const std::vector<double> before = values_of(model);
    fit(model, data, FirstLayer::dense, how, 1);
    const std::vector<double> frozen = values_of(model);
    for (size_t i = 0; i < kExactColumns * 5; ++i) ASSERT_EQ(before[i], frozen[i]);
    model.network().layer(1)->trainable = true;
    compile();
    fit(model, data, FirstLayer::dense, how, 1);
    ends[static_cast<int>(how)] = values_of(model);
  }
  expect_close_values(ends[0], ends[1]);
}

TEST(ExactRows, ASnapshotComesBack) {
  const WideExample data;
  for (const bool flag : {false, true}) {
    Model model =
        made(FirstLayer::dense, Fed::csr, flag, SGD{.lr = 0.05, .momentum = 0.9, .lazy_update = false});
    fit(model, data, FirstLayer::dense, Fed::csr, 1);
    const std::vector<float> y(data.y.begin(), data.y.begin() + kBatch);
    tensor::Dense part;
    part.resize({kBatch, kExactColumns}, DType::float64);
    std::copy_n(data.x.values<double>().begin(), kBatch * kExactColumns, part.values<double>().begin());
    const Array x = to_csr(Tensor(part));
    model.train_on_batch(x, y);
    const std::vector<double> then = values_of(model);
    const Snapshot snapshot = model.network().snapshot();
    model.train_on_batch(x, y);
    EXPECT_NE(values_of(model), then);
    model.network().restore(snapshot);
    EXPECT_EQ(values_of(model), then);
    model.train_on_batch(x, y);
  }
}

}  // namespace
}  // namespace lacuna

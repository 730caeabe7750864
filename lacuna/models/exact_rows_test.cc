// Models whose weights have rows that are left behind train as on dense data; who looks sees them caught up
// and changes no bit.
#include <gtest/gtest.h>

#include "lacuna/layers/core.h"
#include "lacuna/layers/embedding.h"
#include "lacuna/layers/factorization_machine.h"
#include "lacuna/models/testing.h"
#include "lacuna/optimizers/adam.h"
#include "lacuna/optimizers/sgd.h"

namespace lacuna {
namespace {

using layers::Input;
using optimizers::Adam;
using optimizers::SGD;

constexpr Dim kColumns = 30'000, kRows = 48, kBatch = 4;

enum class First { dense, embedding, interactions };
enum class Fed { csr, dense };

// Few columns that most rows name and many that one does.
struct Wide {
  Wide() {
    Generator random(1);
    x.resize({kRows, kColumns}, DType::float64);
    std::ranges::fill(x.values<double>(), 0);
    ids.resize({kRows, 3}, DType::int64);
    for (size_t r = 0; r < kRows; ++r) {
      for (size_t i = 0; i < 6; ++i) {
        const auto c = static_cast<size_t>(i < 3 ? random.below(5) : random.below(kColumns));
        x.values<double>()[r * kColumns + c] = random.normal();
        if (i < 3) ids.values<int64_t>()[r * 3 + i] = static_cast<int64_t>(i ? random.below(kColumns) : c);
      }
      y.push_back(static_cast<float>(random.normal()));
    }
    csr = to_csr(Tensor(x));
  }
  tensor::Dense x{}, ids{};
  tensor::Csr csr{};
  std::vector<float> y{};
};

Model made(First first, Fed fed, bool flag, const Arg<optimizers::Optimizer>& optimizer,
           const layers::DenseOptions& more = {}) {
  const initializers::RandomNormal draw{.seed = 3};
  Symbol in, h;
  if (first == First::embedding) {
    in = Input({.shape = {3}, .dtype = DType::int32});
    h = layers::Flatten()(layers::Embedding(
        kColumns, 5, {.embeddings_initializer = draw, .sparse_grad = flag, .dtype = DType::float64})(in));
  } else {
    in = Input({.shape = {kColumns}, .dtype = DType::float64, .sparse = fed == Fed::csr});
    layers::DenseOptions options = more;
    options.activation = "tanh";
    options.kernel_initializer = draw;
    options.sparse_weight = flag;
    options.dtype = DType::float64;
    h = first == First::interactions
            ? layers::FactorizationMachine(
                  4, {.kernel_initializer = draw, .sparse_weight = flag, .dtype = DType::float64})(in)
            : layers::Dense(5, options)(in);
  }
  Model model(in, layers::Dense(1, {.kernel_initializer = draw, .dtype = DType::float64})(h));
  model.compile({.optimizer = optimizer, .loss = "mse"});
  return model;
}

Arrays fed(const Wide& data, First first, Fed how) {
  if (first == First::embedding) return Array(Tensor(data.ids));
  return how == Fed::csr ? Array(Tensor(data.csr)) : Array(Tensor(data.x));
}

std::vector<double> values_of(Model& model) {
  std::vector<double> result;
  for (const tensor::Dense& w : model.get_weights())
    result.insert(result.end(), w.values<double>().begin(), w.values<double>().end());
  return result;
}

void fit(Model& model, const Wide& data, First first, Fed how, int epochs,
         std::vector<std::shared_ptr<callbacks::Callback>> callbacks = {}) {
  model.fit(fed(data, first, how), data.y,
            {.batch_size = kBatch,
             .epochs = epochs,
             .verbose = 0,
             .callbacks = std::move(callbacks),
             .shuffle = Shuffle::none});
}

void expect_near(const std::vector<double>& a, const std::vector<double>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], 1e-10) << i;
}

// Looks at everything after each batch, as callbacks may.
struct Looker final : callbacks::Callback {
  Looker(const Wide& d, First f) : data(d), first(f) {}
  bool wants_batches() const override { return true; }
  void on_batch_end(int64_t, const callbacks::Logs&) override {
    trainer->network().get_weights();
    trainer->network().snapshot();
    trainer->predict(fed(data, first, Fed::csr), {.batch_size = 7});
    trainer->evaluate(fed(data, first, Fed::csr), data.y, {.batch_size = 7, .verbose = 0});
  }
  const Wide& data;
  First first;
};

std::vector<Arg<optimizers::Optimizer>> exact_ones() {
  return {SGD{.lr = 0.05, .momentum = 0.9, .lazy_update = false}, Adam{.lr = 0.01, .lazy_update = false},
          Adam{.lr = 0.01, .amsgrad = true, .lazy_update = false, .clipnorm = 0.5}};
}

TEST(ExactRows, EndWhereDenseDataDoesAndWhereAFlaggedWeightDoes) {
  const Wide data;
  for (size_t i = 0; i < exact_ones().size(); ++i) {
    SCOPED_TRACE(i);
    Model dense = made(First::dense, Fed::dense, false, exact_ones()[i]);
    fit(dense, data, First::dense, Fed::dense, 3);
    for (const bool flag : {false, true}) {
      Model sparse = made(First::dense, Fed::csr, flag, exact_ones()[i]);
      fit(sparse, data, First::dense, Fed::csr, 3);
      expect_near(values_of(sparse), values_of(dense));
    }
  }
  for (const First first : {First::embedding, First::interactions}) {
    Model plain = made(first, Fed::csr, false, Adam{.lr = 0.01}),
          flagged = made(first, Fed::csr, true, Adam{.lr = 0.01, .lazy_update = false});
    fit(plain, data, first, Fed::csr, 3);
    fit(flagged, data, first, Fed::csr, 3);
    expect_near(values_of(flagged), values_of(plain));
  }
}

TEST(ExactRows, WhoLooksSeesThemCaughtUp) {
  const Wide data;
  for (const bool flag : {false, true}) {
    Model dense = made(First::dense, Fed::dense, false, Adam{.lr = 0.01}),
          sparse = made(First::dense, Fed::csr, flag, Adam{.lr = 0.01, .lazy_update = false});
    for (size_t step = 0; step < 6; ++step) {
      const std::vector<float> y(data.y.begin() + static_cast<std::ptrdiff_t>(step * kBatch),
                                 data.y.begin() + static_cast<std::ptrdiff_t>((step + 1) * kBatch));
      tensor::Dense part;
      part.resize({kBatch, kColumns}, DType::float64);
      std::copy_n(data.x.values<double>().begin() + static_cast<std::ptrdiff_t>(step * kBatch * kColumns),
                  kBatch * kColumns, part.values<double>().begin());
      dense.train_on_batch(Array(Tensor(part)), y);
      sparse.train_on_batch(Array(Tensor(to_csr(Tensor(part)))), y);
      expect_near(values_of(sparse), values_of(dense));
      const auto a = dense.predict(Array(Tensor(data.x))), b = sparse.predict(Array(Tensor(data.csr)));
      expect_near({a.values<double>().begin(), a.values<double>().end()},
                  {b.values<double>().begin(), b.values<double>().end()});
    }
  }
}

TEST(ExactRows, LookingChangesNoBit) {
  const Wide data;
  for (const First first : {First::dense, First::embedding, First::interactions})
    for (const bool flag : {false, true})
      for (size_t i = 0; i < exact_ones().size(); ++i) {
        Model alone = made(first, Fed::csr, flag, exact_ones()[i]),
              watched = made(first, Fed::csr, flag, exact_ones()[i]);
        fit(alone, data, first, Fed::csr, 2);
        fit(watched, data, first, Fed::csr, 2, {std::make_shared<Looker>(data, first)});
        EXPECT_EQ(values_of(alone), values_of(watched)) << static_cast<int>(first) << flag << i;
      }
}

TEST(ExactRows, RegularizersAndConstraintsHoldForAllRows) {
  const Wide data;
  const layers::DenseOptions kinds[] = {
      {.kernel_regularizer = regularizers::L1L2{.l2 = 0.01}},
      {.kernel_constraint = constraints::MinMaxNorm{.min_value = 0.5, .max_value = 1.0, .axis = 1}},
      {.kernel_constraint = constraints::MaxNorm{.max_value = 0.7, .axis = 0}}};
  for (const layers::DenseOptions& more : kinds) {
    Model dense = made(First::dense, Fed::dense, false, SGD{.lr = 0.05, .momentum = 0.9}, more),
          sparse = made(First::dense, Fed::csr, false, SGD{.lr = 0.05, .momentum = 0.9}, more);
    fit(dense, data, First::dense, Fed::dense, 2);
    fit(sparse, data, First::dense, Fed::csr, 2);
    expect_near(values_of(sparse), values_of(dense));
  }
}

TEST(ExactRows, ARegularizerSeesRowsCaughtUp) {
  const Wide data;
  // By epochs, after which no row is behind, and by batches, after which many are.
  Model settled = made(First::dense, Fed::csr, true, Adam{.lr = 0.01, .lazy_update = false},
                       {.kernel_regularizer = regularizers::L1L2{.l2 = 0.1}}),
        behind = made(First::dense, Fed::csr, true, Adam{.lr = 0.01, .lazy_update = false},
                      {.kernel_regularizer = regularizers::L1L2{.l2 = 0.1}});
  fit(settled, data, First::dense, Fed::csr, 1);
  for (size_t first = 0; first < kRows; first += kBatch) {
    tensor::Dense part;
    part.resize({kBatch, kColumns}, DType::float64);
    std::copy_n(data.x.values<double>().begin() + static_cast<std::ptrdiff_t>(first * kColumns),
                kBatch * kColumns, part.values<double>().begin());
    const auto y = data.y.begin() + static_cast<std::ptrdiff_t>(first);
    behind.train_on_batch(Array(to_csr(Tensor(part))), std::vector<float>(y, y + kBatch));
  }
  const Arrays x = fed(data, First::dense, Fed::csr);
  EXPECT_NEAR(settled.evaluate(x, data.y, {.verbose = 0})[0], behind.evaluate(x, data.y, {.verbose = 0})[0],
              1e-10);
}

TEST(ExactRows, AFrozenLayerStaysWhereItIs) {
  const Wide data;
  std::vector<double> ends[2];
  for (const Fed how : {Fed::dense, Fed::csr}) {
    Model model = made(First::dense, how, false, Adam{.lr = 0.01});
    fit(model, data, First::dense, how, 1);
    model.network().layer(1)->trainable = false;
    const std::vector<double> before = values_of(model);
    fit(model, data, First::dense, how, 1);
    const std::vector<double> frozen = values_of(model);
    for (size_t i = 0; i < kColumns * 5; ++i) ASSERT_EQ(before[i], frozen[i]);
    model.network().layer(1)->trainable = true;
    fit(model, data, First::dense, how, 1);
    ends[static_cast<int>(how)] = values_of(model);
  }
  expect_near(ends[0], ends[1]);
}

TEST(ExactRows, ASnapshotComesBack) {
  const Wide data;
  for (const bool flag : {false, true}) {
    Model model = made(First::dense, Fed::csr, flag, SGD{.lr = 0.05, .momentum = 0.9, .lazy_update = false});
    fit(model, data, First::dense, Fed::csr, 1);
    const std::vector<float> y(data.y.begin(), data.y.begin() + kBatch);
    tensor::Dense part;
    part.resize({kBatch, kColumns}, DType::float64);
    std::copy_n(data.x.values<double>().begin(), kBatch * kColumns, part.values<double>().begin());
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

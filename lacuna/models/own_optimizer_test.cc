// An optimizer of one's own ends where the built-in one of the same formula ends: on weights without a flag,
// on tables, with clipped gradients, and from a file.
#include "lacuna/optimizers/own.h"

#include "lacuna/backend/backend.h"
#include "lacuna/layers/embedding.h"
#include "lacuna/models/testing.h"
#include "lacuna/ops/elementwise/arithmetic.h"
#include "lacuna/ops/elementwise/scale.h"
#include "lacuna/optimizers/adagrad.h"
#include "lacuna/optimizers/sgd.h"
#include "lacuna/tensor/row_table.h"

namespace lacuna {
namespace {

using optimizers::Own;
using optimizers::OwnSettings;

struct HeavyBall : Own {
  explicit HeavyBall(const OwnSettings& s = {.lr = 0.05}) : Own("HeavyBall", s) {}
  std::vector<Update> get_updates(const Symbol& loss, const std::vector<VariablePtr>& params) override {
    std::vector<Update> updates;
    const auto gradients = get_gradients(loss, params);
    for (size_t i = 0; i < params.size(); ++i) {
      const VariablePtr v = state(params[i]);
      const Symbol rate = constant(lr->scalar(), params[i]->spec().dtype);
      const Symbol move = subtract(scale(read(v), 0.9), multiply(rate, gradients[i]));
      updates.push_back(update(v, move));
      updates.push_back(update(params[i], add(read(params[i]), move)));
    }
    return updates;
  }
};

// With a state that does not begin at 0.
struct Sums : Own {
  Sums() : Own("Sums", {.lr = 0.1}) {}
  std::vector<Update> get_updates(const Symbol& loss, const std::vector<VariablePtr>& params) override {
    std::vector<Update> updates;
    const auto gradients = get_gradients(loss, params);
    for (size_t i = 0; i < params.size(); ++i) {
      const VariablePtr a = state(params[i], 0.1);
      const Symbol sum = add(read(a), square(gradients[i]));
      updates.push_back(update(a, sum));
      updates.push_back(update(
          params[i], subtract(read(params[i]), divide(scale(gradients[i], 0.1), shift(sqrt(sum), 1e-7)))));
    }
    return updates;
  }
};

// A norm over all rows of each weight.
struct Normed : Own {
  Normed() : Own("Normed") {}
  std::vector<Update> get_updates(const Symbol& loss, const std::vector<VariablePtr>& params) override {
    const auto gradients = get_gradients(loss, params);
    return {
        update(params[0], subtract(read(params[0]), divide(gradients[0], sqrt(sum(square(gradients[0]))))))};
  }
};

std::vector<float> trained(const Arg<optimizers::Optimizer>& optimizer, bool sparse_input,
                           bool sparse_weight) {
  const Problem p;
  Model model = linear(sparse_input, sparse_weight);
  model.compile({.optimizer = optimizer, .loss = "mse"});
  const FitOptions options{.batch_size = 10, .epochs = 3, .verbose = 0, .shuffle = Shuffle::none};
  if (sparse_input) model.fit(p.csr, p.y, options);
  else model.fit(p.dense, p.y, options);
  return kernel_of(model);
}

TEST(OwnOptimizer, EndsWhereTheBuiltInOneEnds) {
  for (const bool sparse_input : {false, true})
    for (const bool sparse_weight : {false, true}) {
      if (sparse_weight && !sparse_input) continue;
      expect_near(trained(std::make_shared<HeavyBall>(), sparse_input, sparse_weight),
                  trained(optimizers::SGD{.lr = 0.05, .momentum = 0.9}, sparse_input, sparse_weight), 1e-5);
      expect_near(trained(std::make_shared<Sums>(), sparse_input, sparse_weight),
                  trained(optimizers::Adagrad{.lr = 0.1, .epsilon = 1e-7, .initial_accumulator_value = 0.1},
                          sparse_input, sparse_weight),
                  1e-5);
      expect_near(
          trained(std::make_shared<HeavyBall>(OwnSettings{.lr = 0.05, .clipnorm = 0.5, .clipvalue = 0.3}),
                  sparse_input, sparse_weight),
          trained(optimizers::SGD{.lr = 0.05, .momentum = 0.9, .clipnorm = 0.5, .clipvalue = 0.3},
                  sparse_input, sparse_weight),
          1e-5);
    }
}

TEST(OwnOptimizer, TrainsOnlyTheTouchedRowsOfAHugeTable) {
  const Dim rows = Dim{1} << 40;
  const Symbol ids = layers::Input({.shape = {2}, .dtype = DType::int64});
  const Symbol table = layers::Embedding(rows, 4, {.sparse_grad = true})(ids);
  Model model(ids, layers::Dense(1)(sum(table, {1})));
  model.compile({.optimizer = std::make_shared<HeavyBall>(), .loss = "mse"});
  const std::vector<int64_t> x{5, rows - 1, 7, 5, 5, 123456789012};
  const std::vector<float> y{1, 2, 3};
  model.fit(tensor::Dense::of<int64_t>({3, 2}, x), y, {.batch_size = 2, .epochs = 5, .verbose = 0});
  EXPECT_EQ(model.network().weights()[0]->variable->value().table().size(), 4);
}

TEST(OwnOptimizer, CountsStepsAndRefusesSumsOverRows) {
  const auto optimizer = std::make_shared<HeavyBall>();
  trained(optimizer, true, true);
  EXPECT_EQ(optimizer->iterations->scalar(), 33);
  EXPECT_NO_THROW(trained(std::make_shared<Normed>(), true, false));
  EXPECT_THROW(trained(std::make_shared<Normed>(), true, true), InvalidArgument);
  EXPECT_THROW(Own::state({-1, 3}, DType::float32, 0, "v"), InvalidArgument);
}

TEST(OwnOptimizer, ItsStatesAreCopiedAndRestored) {
  const Problem p;
  for (const bool sparse_weight : {false, true}) {
    std::vector<std::vector<float>> ends;
    std::vector<optimizers::Optimizer::Remembered> own, of_kernel;
    std::vector<tensor::Dense> weights;
    for (const bool restored : {false, true}) {
      Model model = linear(true, sparse_weight);
      const auto optimizer = std::make_shared<Sums>();
      model.compile({.optimizer = optimizer, .loss = "mse"});
      const FitOptions options{.batch_size = 10, .epochs = 2, .verbose = 0, .shuffle = Shuffle::none};
      if (!restored) {
        model.fit(p.csr, p.y, options);
        for (const auto& [name, value] : optimizer->remembered()) own.push_back({name, value.copy()});
        of_kernel = optimizer->remembered_of(*model.network().weights()[0]->variable);
        EXPECT_EQ(of_kernel.size(), sparse_weight ? 1U : 0U);
        weights = model.get_weights();
      } else {
        model.set_weights(weights);
        optimizer->remember(own);
        if (sparse_weight) optimizer->remember_of(model.network().weights()[0]->variable, of_kernel);
        EXPECT_EQ(optimizer->iterations->scalar(), 22);
      }
      model.fit(p.csr, p.y, options);
      ends.push_back(kernel_of(model));
    }
    expect_near(ends[0], ends[1], 0);
  }
}

}  // namespace
}  // namespace lacuna

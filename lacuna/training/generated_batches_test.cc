// A function that gives batches trains, evaluates and predicts as arrays do; an end that comes too early, and
// a batch that does not fit, are named.
#include "lacuna/training/generated_batches.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "lacuna/base/message.h"
#include "lacuna/base/testing.h"
#include "lacuna/models/sequential.h"
#include "lacuna/models/testing.h"
#include "lacuna/optimizers/adam.h"

namespace lacuna {
namespace {

// Gives rows [begin, begin + size) of a problem, then the next ones, up to its end; then begins again.
class Slices {
 public:
  explicit Slices(const Problem& p, Dim size, bool csr = true) : p_(p), size_(size), csr_(csr) {}

  std::optional<Batch> operator()() {
    if (at_ == p_.dense.shape[0]) {
      at_ = 0;
      return std::nullopt;
    }
    const Dim rows = std::min(size_, p_.dense.shape[0] - at_);
    const auto from = static_cast<size_t>(at_), count = static_cast<size_t>(rows);
    tensor::Dense x;
    x.resize({rows, 20}, DType::float32);
    std::ranges::copy(p_.dense.values<float>().subspan(from * 20, count * 20), x.values<float>().begin());
    at_ += rows;
    const auto y = tensor::Dense::of<float>({rows}, std::span(p_.y).subspan(from, count));
    return Batch{csr_ ? Array(to_csr(Tensor(x))) : Array(x), Array(y)};
  }

 private:
  const Problem& p_;
  Dim size_, at_ = 0;
  bool csr_;
};

Model for_batches() {
  Model model = linear(false, false);
  model.compile({.optimizer = optimizers::Adam{.lr = 0.01}, .loss = "mse"});
  model.trainer().set_random_state({1, 0, 2, 0});
  return model;
}

TEST(GeneratedBatches, AFunctionTrainsToTheBitsThatArraysDo) {
  const Problem p;
  for (const bool csr : {true, false}) {
    Model arrays = for_batches(), generated = for_batches();
    const FitOptions options{.batch_size = 16, .epochs = 3, .verbose = 0, .shuffle = Shuffle::none};
    const History wanted = csr ? arrays.fit(p.csr, p.y, options) : arrays.fit(p.dense, p.y, options);
    const History got = generated.fit_generator(BatchGenerator(Slices(p, 16, csr)), options);
    EXPECT_EQ(got.history.at("loss"), wanted.history.at("loss"));
    EXPECT_EQ(kernel_of(generated), kernel_of(arrays));
  }
}

TEST(GeneratedBatches, StoragesRowsAndWeightsMayVary) {
  const Problem p(40);
  Model a = for_batches(), b = for_batches();
  const std::vector<double> weights(40, 0.5);
  const Array dense(p.dense), csr(p.csr);
  const auto alternate = [&, n = 0]() mutable -> std::optional<Batch> {
    if (n == 4) return std::nullopt;
    return n++ % 2 ? Batch{csr, p.y} : Batch{dense, p.y, weights};
  };
  const History history = a.fit_generator(BatchGenerator(alternate), {.verbose = 0});
  for (int n = 0; n < 4; ++n) {
    if (n % 2) b.train_on_batch(csr, p.y);
    else b.train_on_batch(dense, p.y, weights);
  }
  EXPECT_EQ(kernel_of(a), kernel_of(b));
  EXPECT_EQ(history.history.at("loss").size(), 1u);
}

TEST(GeneratedBatches, AreJudgedAndPredicted) {
  const Problem p;
  Model model = for_batches();
  for (const Dim size : {1, 7, 101, 200}) {
    BatchGenerator batches(Slices(p, size));
    EXPECT_EQ(model.evaluate_generator(batches, {.verbose = 0}),
              model.evaluate(p.csr, p.y, {.batch_size = size, .verbose = 0}));
    const tensor::Dense got = model.predict_generator(batches)[0].dense(),
                        wanted = model.predict(p.csr, {.batch_size = size});
    EXPECT_EQ(got.shape, wanted.shape);
    EXPECT_TRUE(std::ranges::equal(got.values<float>(), wanted.values<float>()));
  }
  BatchGenerator two(Slices(p, 10));
  EXPECT_EQ(model.predict_generator(two, {.steps = 2})[0].shape(), (Shape{20, 1}));
}

TEST(GeneratedBatches, ASequentialTakesItsShapeFromTheFirst) {
  const Problem p;
  Sequential model({layers::Dense(1)});
  model.compile({.optimizer = optimizers::Adam{}, .loss = "mse"});
  const History history = model.fit_generator(BatchGenerator(Slices(p, 10)), {.verbose = 0});
  EXPECT_EQ(model.get_weights()[0].shape, (Shape{20, 1}));
  EXPECT_EQ(history.history.at("loss").size(), 1u);
}

TEST(GeneratedBatches, ValidationIsDoneAtTheChosenEpochs) {
  const Problem p;
  const auto validations = [&](const FitOptions& more) {
    Model model = for_batches();
    FitOptions options = more;
    options.epochs = 5;
    options.verbose = 0;
    options.validation_source = std::make_shared<BatchGenerator>(Slices(p, 50));
    return model.fit(p.csr, p.y, options).history["val_loss"].size();
  };
  EXPECT_EQ(validations({}), 5u);
  EXPECT_EQ(validations({.validation_freq = 2}), 2u);
  EXPECT_EQ(validations({.validation_epochs = {1, 5, 9}}), 2u);
  EXPECT_EQ(message_of([&] { validations({.validation_freq = 0}); }),
            "fit: validation_freq must be positive. Received: validation_freq=0.");
}

TEST(GeneratedBatches, AnEndThatComesTooEarlyIsNamed) {
  const Problem p;  // Eleven batches of ten, the last of one row.
  std::string warned;
  set_warning_handler([&](const std::string& text) { warned += text; });
  Model model = for_batches();
  const History history =
      model.fit_generator(BatchGenerator(Slices(p, 10)), {.epochs = 3, .verbose = 0, .steps_per_epoch = 6});
  EXPECT_EQ(
      warned,
      "fit: there must be batches for all steps. Received: 5 of 6 batches in epoch 2; training ends here.");
  EXPECT_EQ(history.epoch.size(), 2u);
  set_warning_handler({});
  BatchGenerator batches(Slices(p, 10)), none([]() -> std::optional<Batch> { return std::nullopt; });
  EXPECT_EQ(message_of([&] { model.evaluate_generator(batches, {.verbose = 0, .steps = 12}); }),
            "evaluate: there must be batches for all steps. Received: 11 of 12 batches in epoch 1.");
  EXPECT_EQ(message_of([&] { model.predict_generator(none); }),
            "predict: there must be a batch in each epoch. Received: none in epoch 1.");
  EXPECT_EQ(message_of([&] { model.fit_generator(none, {.verbose = 0}); }),
            "fit: there must be a batch in each epoch. Received: none in epoch 1.");
}

TEST(GeneratedBatches, ABatchThatDoesNotFitIsNamed) {
  const Problem p(20), narrow(20, 7);
  Model model = for_batches();
  const auto second = [&](const Array& x, const Array& y) {
    return message_of<InvalidArgument>([&] {
      model.fit_generator(BatchGenerator([&, n = 0]() mutable -> std::optional<Batch> {
                            return n++ ? Batch{x, y} : Batch{Array(p.csr), Array(p.y)};
                          }),
                          {.verbose = 0, .steps_per_epoch = 2});
    });
  };
  EXPECT_NE(second(narrow.csr, p.y).find(" In epoch 1, batch 2."), std::string::npos);
  EXPECT_NE(second(p.csr, Problem(19).y).find(" In epoch 1, batch 2."), std::string::npos);
  EXPECT_EQ(second(Problem(0).dense, std::vector<float>()),
            "fit: x must have rows. Received: rows=0. In epoch 1, batch 2.");
  EXPECT_EQ(
      message_of([&] {
        BatchGenerator batches(Slices(p, 10));
        model.fit_generator(batches, {.verbose = 0, .validation_split = 0.5});
      }),
      "fit: validation_split and sample_weight are of arrays; a batch may be (x, y, sample_weight), and "
      "validation_data may be given. Received: validation_split=0.5.");
}

}  // namespace
}  // namespace lacuna

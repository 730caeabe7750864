// fit, evaluate and predict do the same with batches of any kind as with arrays in memory, also if the number
// of rows is not known.
#include "lacuna/training/batches.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "lacuna/base/message.h"
#include "lacuna/base/testing.h"
#include "lacuna/callbacks/lambda_callback.h"
#include "lacuna/models/testing.h"
#include "lacuna/optimizers/adam.h"
#include "lacuna/training/array_batches.h"
#include "lacuna/training/collected.h"

namespace lacuna {
namespace {

// Like a file that is read during the epoch: the number of rows is unknown, and batches are slow to make.
class Stream final : public Batches {
 public:
  Stream(Feed& feed, Dim batch_size, Shuffle how = Shuffle::none)
      : inner_(feed, 0, feed.rows(), batch_size, how) {}
  const std::vector<Spec>& specs() const override { return inner_.specs(); }
  bool weighted() const override { return inner_.weighted(); }
  std::optional<Dim> rows() const override { return std::nullopt; }
  void begin(uint64_t key) override {
    inner_.begin(key);
    made = 0;
  }
  Dim upcoming() override { return inner_.upcoming(); }
  Feeds next() override {
    if (made == fails_at) throw std::runtime_error("the disk is gone");
    ++made;
    return inner_.next();
  }
  bool is_slow() const override { return true; }

  int made = 0, fails_at = -1;

 private:
  ArrayBatches inner_;
};

Model compiled() {
  Model model = linear(true, true);
  model.compile({.optimizer = optimizers::Adam{.lr = 0.01}, .loss = "mse"});
  return model;
}

Feed feed_of(Model& model, const Problem& p) {
  return Feed("fit", model.network(), model.trainer().compiled("fit").get(), data::Check::whole, Array(p.csr),
              Array(p.y));
}

TEST(Batches, AStreamTrainsToTheBitsThatArraysDo) {
  const Problem p;
  for (const Shuffle how : {Shuffle::none, Shuffle::rows, Shuffle::batch}) {
    Model arrays = compiled(), streamed = compiled();
    arrays.trainer().set_random_state({1, 0, 2, 0});
    streamed.trainer().set_random_state({1, 0, 2, 0});
    const FitOptions options{.batch_size = 16, .epochs = 3, .verbose = 0, .shuffle = how};
    const History wanted = arrays.fit(p.csr, p.y, options);
    Feed feed = feed_of(streamed, p);
    Stream stream(feed, 16, how);
    const History got = streamed.trainer().fit(stream, nullptr, options);
    EXPECT_EQ(got.history.at("loss"), wanted.history.at("loss"));
    EXPECT_EQ(kernel_of(streamed), kernel_of(arrays));
  }
}

TEST(Batches, AreJudgedAndPredictedWithoutACount) {
  const Problem p;
  Model model = compiled();
  model.fit(p.csr, p.y, {.batch_size = 16, .epochs = 1, .verbose = 0});
  Feed feed = feed_of(model, p);
  for (const Dim size : {1, 7, 100, 101, 200}) {
    Stream stream(feed, size);
    EXPECT_EQ(model.trainer().evaluate(stream, 0),
              model.evaluate(p.csr, p.y, {.batch_size = size, .verbose = 0}));
    Feed alone("predict", model.network(), nullptr, data::Check::whole, Array(p.csr));
    Stream inputs(alone, size);
    const tensor::Dense got = model.trainer().predict(inputs)[0].dense(),
                        wanted = model.predict(p.csr, {.batch_size = size});
    EXPECT_EQ(got.shape, wanted.shape);
    EXPECT_TRUE(std::ranges::equal(got.values<float>(), wanted.values<float>()));
  }
}

TEST(Batches, ValidationComesFromBatchesToo) {
  const Problem p;
  Model model = compiled();
  Feed feed = feed_of(model, p), other = feed_of(model, p);
  Stream train(feed, 16), validation(other, 50);
  const History history = model.trainer().fit(train, &validation, {.epochs = 2, .verbose = 0});
  EXPECT_EQ(history.history.at("val_loss").size(), 2u);
  EXPECT_EQ(history.history.at("val_loss")[1],
            model.evaluate(p.csr, p.y, {.batch_size = 50, .verbose = 0})[0]);
}

TEST(Batches, WhatFailsInTheMiddleEndsTheFitAfterWholeSteps) {
  const Problem p;
  Model model = compiled(), twice = compiled();
  for (Model* one : {&model, &twice}) one->trainer().set_random_state({1, 0, 2, 0});
  Feed feed = feed_of(model, p);
  Stream stream(feed, 16);
  stream.fails_at = 2;
  EXPECT_EQ(message_of([&] { model.trainer().fit(stream, nullptr, {.epochs = 1, .verbose = 0}); }),
            "the disk is gone");
  Problem begin(32);
  twice.fit(begin.csr, begin.y, {.batch_size = 16, .epochs = 1, .verbose = 0, .shuffle = Shuffle::none});
  EXPECT_EQ(kernel_of(model), kernel_of(twice));
}

TEST(Batches, WhoWatchesBatchesSeesThemBeforeTheNextIsMade) {
  const Problem p;
  Model model = compiled();
  Feed feed = feed_of(model, p);
  Stream stream(feed, 25);
  std::vector<int> made;
  const auto watch = std::make_shared<callbacks::LambdaCallback>(callbacks::LambdaCallbackOptions{
      .on_batch_begin = [&](int64_t, const callbacks::Logs&) { made.push_back(stream.made); }});
  model.trainer().fit(stream, nullptr, {.epochs = 1, .verbose = 0, .callbacks = {watch}});
  EXPECT_EQ(made, (std::vector<int>{0, 1, 2, 3, 4}));
}

TEST(Batches, ProgressWithoutATotal) {
  std::string said;
  set_print_handler([&](const std::string& text) { said += text; });
  const Problem p;
  Model model = compiled();
  Feed feed = feed_of(model, p);
  Stream stream(feed, 25);
  model.trainer().fit(stream, nullptr, {.epochs = 1, .verbose = 1});
  set_print_handler({});
  EXPECT_EQ(said.find("Train on"), std::string::npos) << said;
  EXPECT_NE(said.find("    101/Unknown - "), std::string::npos) << said;
}

Tensor rows(Dim count, Dim width, float first) {
  tensor::Dense a;
  a.resize({count, width}, DType::float32);
  for (float& v : a.values<float>()) v = first++;
  return a;
}

TEST(Collected, RowsAreOneArrayWhetherTheirNumberIsKnownOrNot) {
  for (const std::optional<Dim> known : {std::optional<Dim>(6), std::optional<Dim>()}) {
    Collected all(known, "y");
    float first = 0;
    for (const Dim count : {1, 3, 0, 2}) {
      all.append(rows(count, 2, first), count);
      first += static_cast<float>(2 * count);
    }
    const tensor::Dense got = std::move(all.take().dense());
    EXPECT_EQ(got.shape, (Shape{6, 2}));
    for (size_t i = 0; i < 12; ++i) EXPECT_EQ(got.values<float>()[i], static_cast<float>(i));
  }
}

TEST(Collected, RowsOfOtherShapesAreErrors) {
  Collected all(std::nullopt, "y");
  all.append(rows(2, 3, 0), 2);
  EXPECT_THROW(all.append(rows(2, 4, 0), 2), InvalidArgument);
  EXPECT_THROW(all.append(rows(2, 3, 0), 1), InvalidArgument);
  EXPECT_EQ(all.take().shape(), (Shape{2, 3}));
}

}  // namespace
}  // namespace lacuna

// Which array goes to which input, target and weight, in which storage and dtype, and what does not fit.
#include "lacuna/training/feed.h"

#include <gtest/gtest.h>

#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "lacuna/base/message.h"
#include "lacuna/base/testing.h"
#include "lacuna/layers/core.h"
#include "lacuna/layers/dense.h"
#include "lacuna/layers/embedding.h"
#include "lacuna/layers/input.h"
#include "lacuna/layers/merge.h"
#include "lacuna/network/network.h"
#include "lacuna/ops/testing.h"
#include "lacuna/optimizers/sgd.h"

namespace lacuna {
namespace {

using layers::Dense;
using layers::Input;
using test::csr;
using test::dense;
using test::values;

const Tensor kWide = dense({4, 3}, {1, 0, 2, 0, 0, 0, 3, 4, 0, 0, 5, 6});
const Tensor kNarrow = dense({4, 2}, {1, 2, 3, 4, 5, 6, 7, 8});

// Two inputs, one csr, and two outputs.
struct Two {
  Symbol wide = Input({.shape = {3}, .name = "wide", .sparse = true}),
         narrow = Input({.shape = {2}, .name = "narrow"});
  Network network{
      {wide, narrow},
      {Dense(1, {.name = "number"})(wide), Dense(3, {.activation = "softmax", .name = "class"})(narrow)},
      "two"};
  Compiled compiled =
      compile(network, {.optimizer = optimizers::SGD{},
                        .loss = std::vector<Arg<losses::Loss>>{"mse", "sparse_categorical_crossentropy"}});
  Tensor y = dense({4}, {1, 2, 3, 4}), labels = dense<int64_t>({4}, {0, 1, 2, 0});

  Feed feed(const Arrays& x, const Arrays& targets, const Arrays& weights = {}) const {
    return Feed("fit", network, &compiled, data::Check::whole, x, targets, weights);
  }
  std::string refused(const Arrays& x, const Arrays& targets, const Arrays& weights = {}) const {
    return message_of([&] { feed(x, targets, weights); });
  }
};

TEST(Feed, GivesArraysInOrderOrByName) {
  const Two two;
  const std::vector<int64_t> rows{2, 0};
  Feed in_order = two.feed({Array(csr(kWide)), Array(kNarrow)}, {Array(two.y), Array(two.labels)});
  Feed by_name = two.feed(std::map<std::string, Array>{{"narrow", kNarrow}, {"wide", csr(kWide)}},
                          std::map<std::string, Array>{{"class", two.labels}, {"number", two.y}});
  EXPECT_EQ(in_order.rows(), 4);
  for (Feed* feed : {&in_order, &by_name}) {
    const auto fed = feed->pack(rows);
    ASSERT_EQ(fed.size(), 4u);
    EXPECT_EQ(fed[0]->storage(), Storage::csr);
    EXPECT_EQ(values(*fed[0]), (std::vector<float>{3, 4, 0, 1, 0, 2}));
    EXPECT_EQ(values(*fed[1]), (std::vector<float>{5, 6, 1, 2}));
    EXPECT_EQ(fed[2]->shape(), (Shape{2, 1}));  // The axis of 1 that y leaves out.
    EXPECT_EQ(values(*fed[2]), (std::vector<float>{3, 1}));
    EXPECT_FALSE(feed->weighted());
  }
}

TEST(Feed, ADenseArrayMayComeForACsrInputAndTheOtherWayRound) {
  const Two two;
  Feed feed = two.feed({Array(kWide), Array(csr(kNarrow))}, {Array(two.y), Array(two.labels)});
  const auto fed = feed.pack_range(1, 3);
  EXPECT_EQ(fed[0]->storage(), Storage::csr);
  EXPECT_EQ(fed[1]->storage(), Storage::csr);
  EXPECT_EQ(values(*fed[0]), (std::vector<float>{0, 0, 0, 3, 4, 0}));
  EXPECT_EQ(values(*fed[1]), (std::vector<float>{3, 4, 5, 6}));
}

TEST(Feed, ABatchStaysWhileTheNextIsPacked) {
  const Two two;
  Feed feed = two.feed({Array(csr(kWide)), Array(kNarrow)}, {Array(two.y), Array(two.labels)});
  const std::vector<int64_t> first{0}, second{3};
  const auto one = feed.pack(first);
  feed.pack(second);
  EXPECT_EQ(values(*one[1]), (std::vector<float>{1, 2}));
}

TEST(Feed, NoRowsAreABatchToo) {
  const Two two;
  Feed feed = two.feed({Array(csr(kWide)), Array(kNarrow)}, {Array(two.y), Array(two.labels)});
  EXPECT_EQ(feed.pack({})[0]->shape(), (Shape{0, 3}));
  EXPECT_EQ(feed.pack_range(4, 4)[1]->shape(), (Shape{0, 2}));
  EXPECT_THROW(feed.pack(std::vector<int64_t>{4}), std::out_of_range);
  EXPECT_THROW(feed.pack_range(3, 5), std::out_of_range);
}

TEST(Feed, SampleWeightsAreForOutputsByName) {
  const Two two;
  const Tensor weights = dense({4}, {1, 0, 2, 3});
  Feed feed = two.feed({Array(csr(kWide)), Array(kNarrow)}, {Array(two.y), Array(two.labels)},
                       std::map<std::string, Array>{{"class", weights}});
  EXPECT_TRUE(feed.weighted());
  const auto fed = feed.pack_range(0, 4);
  ASSERT_EQ(fed.size(), 6u);
  EXPECT_EQ(values<double>(*fed[4]), std::vector<double>(4, 1.0));  // The other output's are 1.
  EXPECT_EQ(values<double>(*fed[5]), (std::vector<double>{1, 0, 2, 3}));
}

TEST(Feed, SaysWhatDoesNotFit) {
  const Two two;
  const Arrays x{Array(csr(kWide)), Array(kNarrow)}, y{Array(two.y), Array(two.labels)};
  EXPECT_EQ(two.refused(x, y), "");
  const auto says = [](const std::string& message, const char* part) {
    EXPECT_NE(message.find(part), std::string::npos) << message;
  };
  says(two.refused({Array(csr(kWide))}, y), "x must hold 2 arrays. Received: arrays=1");
  says(two.refused({}, y), "x must be given");
  says(two.refused(x, {}), "y must be given");
  says(two.refused({Array(kNarrow), Array(kNarrow)}, y), "x['wide'] must have the shape of input 'wide'");
  says(two.refused(std::map<std::string, Array>{{"wide", kWide}, {"narow", kNarrow}}, y),
       "did you mean 'narrow'");
  says(two.refused(x, {Array(dense({3}, {1, 2, 3})), Array(two.labels)}), "as many rows");
  EXPECT_NE(two.refused(x, {Array(two.y), Array(dense<int64_t>({4}, {0, 1, 3, 0}))}),
            "");  // There are 3 classes.
  says(two.refused(x, y, std::map<std::string, Array>{{"class", dense({3}, {1, 2, 3})}}),
       "weight for each row");
}

TEST(Feed, IdsAreWholeNumbersOfTheRowsThatThereAre) {
  const Symbol ids = Input({.shape = {2}});
  const Network network({ids}, {layers::Flatten()(layers::Embedding(5, 1)(ids))}, "n");
  const auto feed = [&](const Tensor& x) {
    return Feed("predict", network, nullptr, data::Check::whole, Array(x));
  };
  Feed good = feed(dense<int32_t>({2, 2}, {0, 4, 1, 2}));
  EXPECT_EQ(good.pack_range(0, 2)[0]->dtype(), DType::int64);
  EXPECT_THROW(feed(dense<int32_t>({2, 2}, {0, 5, 1, 2})), std::out_of_range);
  Feed floats = feed(dense({1, 2}, {0, 4}));
  EXPECT_EQ(floats.pack_range(0, 1)[0]->dense().values<int64_t>()[1], 4);
  EXPECT_THROW(feed(dense({1, 2}, {0, 5})), std::out_of_range);
  EXPECT_NE(message_of([&] {
              feed(dense({1, 2}, {0, 1.5f}));
            }).find("must be whole numbers"),
            std::string::npos);
  const Symbol more = Input({.shape = {2}});
  const Network wide(
      {more}, {layers::Flatten()(layers::Embedding((1 << 24) + 1, 1, {.sparse_grad = true})(more))}, "m");
  EXPECT_NE(message_of([&] {
              Feed("predict", wide, nullptr, data::Check::whole, Array(dense({1, 2}, {0, 1})));
            }).find("astype('int64')"),
            std::string::npos);
}

}  // namespace
}  // namespace lacuna

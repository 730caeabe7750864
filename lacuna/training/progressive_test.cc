// Progressive validation, beside predict_on_batch and train_on_batch row by row.
#include <gtest/gtest.h>

#include "lacuna/base/message.h"
#include "lacuna/base/random.h"
#include "lacuna/lacuna.h"

namespace lacuna {
namespace {

struct OnlineRows {
  std::vector<float> data, y;
  std::vector<std::int64_t> indices, indptr{0};
  csr_matrix<float, std::int64_t> x() const {
    return {std::span<const float>(data),
            std::span<const std::int64_t>(indices),
            std::span<const std::int64_t>(indptr),
            {static_cast<Dim>(y.size()), 50}};
  }
};

OnlineRows online_rows(size_t rows) {
  OnlineRows made;
  Generator random(3);
  for (size_t r = 0; r < rows; ++r) {
    for (int64_t c = static_cast<int64_t>(random.below(5)); r % 7 != 3 && c < 50;
         c += 1 + static_cast<int64_t>(random.below(20))) {
      made.indices.push_back(c);
      made.data.push_back(static_cast<float>(random.below(5)) - 2);
    }
    made.indptr.push_back(static_cast<int64_t>(made.indices.size()));
    made.y.push_back(static_cast<float>(random.below(2)));
  }
  return made;
}

Model online_model(double dropout, const char* optimizer) {
  set_random_seed(5);
  auto in = Input({.shape = {50}, .sparse = true});
  Symbol hidden = layers::Dense(4, {.activation = "tanh", .sparse_weight = true})(in);
  if (dropout > 0) hidden = layers::Dropout(dropout)(hidden);
  Model model(in, layers::Dense(1, {.activation = "sigmoid"})(hidden));
  model.compile({.optimizer = optimizer, .loss = "binary_crossentropy", .metrics = {"accuracy"}});
  return model;
}

class ProgressiveOf : public testing::TestWithParam<std::tuple<double, Dim>> {};

TEST_P(ProgressiveOf, PredictsEachBatchBeforeItLearns) {
  const auto [dropout, batch_size] = GetParam();
  const OnlineRows rows = online_rows(23);
  Model model = online_model(dropout, "adagrad"), mimic = online_model(dropout, "adagrad");
  const Progressive result = model.progressive(rows.x(), rows.y, {.batch_size = batch_size});
  ASSERT_EQ(result.predictions.size(), 1u);
  const auto predicted = result.predictions[0].dense().values<float>();
  ASSERT_EQ(predicted.size(), 23u);
  double sum = 0;
  size_t step = 0;
  for (size_t r = 0; r < 23; r += static_cast<size_t>(batch_size), ++step) {
    const size_t end = std::min(r + static_cast<size_t>(batch_size), size_t{23});
    const auto at = [&](size_t row) { return static_cast<size_t>(rows.indptr[row]); };
    std::vector<std::int64_t> indptr;
    for (size_t k = r; k <= end; ++k) indptr.push_back(rows.indptr[k] - rows.indptr[r]);
    const csr_matrix x{std::span(rows.data).subspan(at(r), at(end) - at(r)),
                       std::span(rows.indices).subspan(at(r), at(end) - at(r)),
                       std::span<const std::int64_t>(indptr),
                       {static_cast<Dim>(end - r), 50}};
    const std::vector<float> y(rows.y.begin() + static_cast<std::ptrdiff_t>(r),
                               rows.y.begin() + static_cast<std::ptrdiff_t>(end));
    const std::vector<Tensor> before = mimic.predict_on_batch(x);
    for (size_t k = r; k < end; ++k) EXPECT_EQ(predicted[k], before[0].dense().values<float>()[k - r]) << k;
    const double loss = mimic.train_on_batch(x, y)[0];
    EXPECT_EQ(result.losses[step], loss) << step;
    sum += loss * static_cast<double>(end - r);
  }
  EXPECT_EQ(result.losses.size(), step);
  EXPECT_EQ(result.values[0].first, "loss");
  EXPECT_NEAR(result.values[0].second, sum / 23, 1e-12);
  const auto left = model.get_weights(), right = mimic.get_weights();
  for (size_t i = 0; i < left.size(); ++i)
    EXPECT_TRUE(std::ranges::equal(left[i].values<float>(), right[i].values<float>())) << i;
}

INSTANTIATE_TEST_SUITE_P(All, ProgressiveOf,
                         testing::Combine(testing::Values(0.0, 0.5), testing::Values(1, 4, 50)));

TEST(Progressive, KeepsNoPredictionsWhereNoneAreWanted) {
  const OnlineRows rows = online_rows(9);
  Model model = online_model(0, "sgd");
  const Progressive result = model.progressive(rows.x(), rows.y, {.predictions = false});
  EXPECT_TRUE(result.predictions.empty());
  EXPECT_EQ(result.losses.size(), 9u);
}

TEST(Progressive, WarnsOnceOfALossThatIsNotFinite) {
  OnlineRows rows = online_rows(6);
  rows.data[0] = std::numeric_limits<float>::quiet_NaN();
  Model model = online_model(0, "sgd");
  std::vector<std::string> said;
  set_warning_handler([&](const std::string& message) { said.push_back(message); });
  const Progressive result = model.progressive(rows.x(), rows.y);
  set_warning_handler({});
  ASSERT_EQ(said.size(), 1u);
  EXPECT_NE(said[0].find("progressive: the loss is no longer finite"), std::string::npos) << said[0];
  EXPECT_EQ(result.losses.size(), 6u);
}

TEST(Progressive, RefusesWhatIsNoRow) {
  const OnlineRows rows = online_rows(4), none = online_rows(0);
  Model model = online_model(0, "sgd");
  EXPECT_THROW(model.progressive(none.x(), none.y), InvalidArgument);
  EXPECT_THROW(model.progressive(rows.x(), rows.y, {.batch_size = 0}), InvalidArgument);
  EXPECT_THROW(model.progressive(rows.x(), none.y), InvalidArgument);
}

}  // namespace
}  // namespace lacuna

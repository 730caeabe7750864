// The heaviest rows: of dense weights and of tables, in order, and none that say nothing.
#include "lacuna/models/heaviest.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lacuna/graph/variable.h"
#include "lacuna/models/ready_models.h"
#include "lacuna/models/testing.h"
#include "lacuna/optimizers/sgd.h"

namespace lacuna {
namespace {

TEST(Heaviest, OfADenseWeight) {
  Model model = models::linear(4, {.outputs = 2, .sparse_weight = false});
  const std::vector<float> kernel{0, 1, 3, 4, 0, 0, -1, 0}, bias{9, 9};
  model.set_weights({tensor::Dense::of<float>({4, 2}, kernel), tensor::Dense::of<float>({2}, bias)});
  const auto found = models::heaviest(model, 4, 10);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].shape, (Shape{4, 2}));
  EXPECT_EQ(found[0].touched, 4);
  ASSERT_EQ(found[0].rows.size(), 3u);  // Not the row of zeros.
  EXPECT_EQ(found[0].rows[0].row, 1);
  EXPECT_EQ(found[0].rows[0].norm, 5);
  EXPECT_EQ(found[0].rows[0].values, (std::vector<double>{3, 4}));
  EXPECT_EQ(found[0].rows[1].row, 0);  // Of equal norms the smaller number is first.
  EXPECT_EQ(found[0].rows[2].row, 3);
  EXPECT_EQ(models::heaviest(model, 4, 1)[0].rows.size(), 1u);
  EXPECT_TRUE(models::heaviest(model, 5, 1).empty());
}

TEST(Heaviest, OfATableOnlyRowsThatWereTouched) {
  for (const double momentum : {0.0, 0.9}) {
    Model model = models::linear(1'000'000);
    model.compile(
        {.optimizer = optimizers::SGD{.lr = 0.1, .momentum = momentum, .lazy_update = false}, .loss = "mse"});
    const std::vector<float> values{1, 2};
    const std::vector<int32_t> columns{7, 999'999}, ends{0, 1, 2};
    const csr_matrix x{std::span<const float>(values),
                       std::span<const int32_t>(columns),
                       std::span<const int32_t>(ends),
                       {2, 1'000'000}};
    model.fit(x, std::vector<float>{1, 1},
              {.batch_size = 1, .epochs = 2, .verbose = 0, .shuffle = Shuffle::none});
    const auto found = models::heaviest(model, 1'000'000, 5);
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].touched, 2);
    ASSERT_EQ(found[0].rows.size(), 2u);
    // Their weights are much alike, and begin at random: either may be the heavier one.
    const auto& rows = found[0].rows;
    const auto& of_seven = rows[rows[0].row == 7 ? 0 : 1];
    EXPECT_EQ(of_seven.row, 7);
    EXPECT_EQ(rows[0].row + rows[1].row, 7 + 999'999);
    EXPECT_GE(std::abs(rows[0].values[0]), std::abs(rows[1].values[0]));
    const std::vector<float> ones{1};
    const std::vector<int32_t> seven{7}, one{0, 1};
    const csr_matrix row{std::span<const float>(ones),
                         std::span<const int32_t>(seven),
                         std::span<const int32_t>(one),
                         {1, 1'000'000}};
    const auto bias =
        static_cast<double>(model.network().weights().back()->variable->to_dense().values<float>()[0]);
    EXPECT_NEAR(model.predict(row).values<float>()[0], of_seven.values[0] + bias, 1e-6);
  }
}

}  // namespace
}  // namespace lacuna

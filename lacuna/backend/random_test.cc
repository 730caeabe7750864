// Random tensors of the backend.
#include "lacuna/backend/random.h"

#include <gtest/gtest.h>
#include <cmath>

#include "lacuna/backend/function.h"
#include "lacuna/base/random.h"
#include "lacuna/base/threads.h"
#include "lacuna/graph/variable.h"
#include "lacuna/ops/shape/reshape.h"
#include "lacuna/ops/shape/slice.h"

namespace lacuna::backend {
namespace {

std::vector<float> values_of(const Symbol& symbol) {
  const Tensor value = eval(symbol);
  const auto values = value.dense().values<float>();
  return {values.begin(), values.end()};
}

TEST(RandomTensors, HaveTheMomentsOfTheirDistributions) {
  const std::vector<Size> shape{100, 200};
  const auto moments = [](const std::vector<float>& values) {
    double mean = 0, variance = 0;
    for (const float v : values) mean += v;
    mean /= static_cast<double>(values.size());
    for (const float v : values) variance += (v - mean) * (v - mean);
    return std::pair(mean, variance / static_cast<double>(values.size()));
  };
  const auto [normal_mean, normal_variance] = moments(values_of(random_normal(shape, 2, 3)));
  EXPECT_NEAR(normal_mean, 2, 0.1);
  EXPECT_NEAR(normal_variance, 9, 0.4);
  const auto uniform = values_of(random_uniform(shape, -1, 3));
  EXPECT_NEAR(moments(uniform).first, 1, 0.05);
  EXPECT_NEAR(moments(uniform).second, 16.0 / 12, 0.05);
  for (const float v : uniform) EXPECT_TRUE(v >= -1 && v < 3);
  for (const float v : values_of(truncated_normal(shape, 1, 0.5))) EXPECT_LE(std::abs(v - 1), 1);
  const auto ones = values_of(random_binomial(shape, 0.3));
  EXPECT_NEAR(moments(ones).first, 0.3, 0.02);
  for (const float v : ones) EXPECT_TRUE(v == 0 || v == 1);
  for (const float v : values_of(random_binomial(shape, 1))) EXPECT_EQ(v, 1);
  for (const float v : values_of(random_binomial(shape, 0))) EXPECT_EQ(v, 0);
}

TEST(RandomTensors, FollowTheSeedAndNotTheThreads) {
  const auto drawn = [](std::optional<uint64_t> seed) {
    return values_of(random_normal({70, 90}, 0, 1, {.seed = seed}));
  };
  set_random_seed(3);
  const auto first = drawn({}), second = drawn({}), seeded = drawn(5);
  EXPECT_NE(first, second);
  const size_t threads = num_threads();
  set_num_threads(threads == 1 ? 3 : 1);
  set_random_seed(3);
  EXPECT_EQ(drawn({}), first);
  EXPECT_EQ(drawn(5), seeded);
  set_num_threads(static_cast<int>(threads));
}

TEST(RandomTensors, AreDrawnAnewInEachEvaluation) {
  const auto symbol = [] { return random_normal({5}, 0, 1, {.seed = 3}); };
  const Symbol x = symbol();
  const auto first = values_of(x), second = values_of(x);
  EXPECT_NE(first, second);
  EXPECT_NE(values_of(x * 1.0), second);
  const Symbol again = symbol();
  EXPECT_EQ(values_of(again), first);
  EXPECT_EQ(values_of(again), second);
}

TEST(RandomTensors, AreDrawnAnewInEachStep) {
  const Symbol x = placeholder({None, 4}), batch = squeeze(slice(shape(x), 0, 0, 1), 0);
  const Symbol noise = random_normal({batch, 3});
  EXPECT_EQ(noise.shape(), (Shape{None, 3}));
  Function f({x}, {noise});
  const std::vector<float> values(5 * 4, 1);
  const auto run = [&](Dim rows) {
    const auto given = std::span<const float>(values).first(static_cast<size_t>(rows) * 4);
    const Tensor out = f({array{given, {rows, 4}}}).at(0);
    EXPECT_EQ(out.shape(), (Shape{rows, 3}));
    return std::vector<float>(out.dense().values<float>().begin(), out.dense().values<float>().end());
  };
  EXPECT_NE(run(2), run(2));
  for (const Dim rows : {0, 1, 5}) EXPECT_EQ(run(rows).size(), static_cast<size_t>(rows) * 3);
}

TEST(RandomTensors, RefuseWhatIsNoShapeOrDistribution) {
  EXPECT_THROW(random_normal({-1, 3}), std::invalid_argument);
  EXPECT_THROW(random_normal({2}, 0, -1), std::invalid_argument);
  EXPECT_THROW(random_normal({2}, std::nan(""), 1), std::invalid_argument);
  EXPECT_THROW(random_uniform({2}, 1, 0), std::invalid_argument);
  EXPECT_THROW(random_binomial({2}, 1.5), std::invalid_argument);
  EXPECT_THROW(random_normal({placeholder({2})}), std::invalid_argument);
  EXPECT_THROW(random_normal({2}, 0, 1, {.dtype = DType::int32}), std::invalid_argument);
}

}  // namespace
}  // namespace lacuna::backend

// Tests of initializers.
#include "lacuna/layers/initializers/initializers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "lacuna/base/testing.h"

namespace lacuna::initializers {
namespace {

constexpr size_t kRows = 300, kColumns = 200;

std::vector<double> drawn(const Arg<Initializer>& initializer) {
  const Draw draw = initializer->draw({kRows, kColumns});
  std::vector<double> values(kRows * kColumns);
  for (size_t r = 0; r < kRows; ++r)
    draw.row(static_cast<int64_t>(r), std::span(values).subspan(r * kColumns, kColumns));
  return values;
}

struct Moments {
  double mean = 0, stddev = 0, least = 0, most = 0;
};
Moments moments(const std::vector<double>& values) {
  Moments m;
  for (const double v : values) m.mean += v / static_cast<double>(values.size());
  for (const double v : values) m.stddev += (v - m.mean) * (v - m.mean) / static_cast<double>(values.size());
  m.stddev = std::sqrt(m.stddev);
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  return {m.mean, m.stddev, *least, *most};
}

void expect_stddev(const Arg<Initializer>& initializer, double stddev, double limit) {
  const Moments m = moments(drawn(initializer));
  EXPECT_NEAR(m.mean, 0, 5 * stddev / std::sqrt(kRows * kColumns)) << initializer->class_name();
  EXPECT_NEAR(m.stddev, stddev, 0.02 * stddev) << initializer->class_name();
  EXPECT_GE(m.least, -limit);
  EXPECT_LE(m.most, limit);
  EXPECT_GT(m.most, 0.95 * limit);
}

TEST(Initializers, Statistics) {
  const Moments normal = moments(drawn(RandomNormal{.mean = 1, .stddev = 0.5}));
  EXPECT_NEAR(normal.mean, 1, 0.02);
  EXPECT_NEAR(normal.stddev, 0.5, 0.01);
  EXPECT_GT(normal.most, 1 + 3 * 0.5);
  const Moments truncated = moments(drawn(TruncatedNormal{.mean = 1, .stddev = 0.5}));
  EXPECT_GE(truncated.least, 0);
  EXPECT_LE(truncated.most, 2);
  EXPECT_NEAR(truncated.stddev, 0.5 * 0.8796, 0.01);
  expect_stddev("uniform", 0.05 / std::sqrt(3), 0.05);
  EXPECT_EQ(drawn("zeros"), std::vector<double>(kRows * kColumns, 0));
  EXPECT_EQ(drawn("one"), std::vector<double>(kRows * kColumns, 1));
  EXPECT_EQ(drawn(Constant{.value = 0.25}), std::vector<double>(kRows * kColumns, 0.25));
}

TEST(Initializers, VarianceFollowsTheFan) {
  const double in = kRows, out = kColumns, average = (in + out) / 2;
  const auto uniform = [](const Arg<Initializer>& i, double variance) {
    expect_stddev(i, std::sqrt(variance), std::sqrt(3 * variance));
  };
  const auto normal = [](const Arg<Initializer>& i, double variance) {
    expect_stddev(i, std::sqrt(variance), 2 * std::sqrt(variance) / 0.87962566103423978);
  };
  uniform("glorot_uniform", 1 / average);
  uniform(GlorotUniform{.seed = 3}, 1 / average);
  normal("glorot_normal", 1 / average);
  uniform("he_uniform", 2 / in);
  normal(he_normal(), 2 / in);
  uniform("lecun_uniform", 1 / in);
  normal("lecun_normal", 1 / in);
  uniform(VarianceScaling{.scale = 4, .mode = "fan_out", .distribution = "uniform"}, 4 / out);
}

TEST(Initializers, Fans) {
  const auto pair = [](const Shape& shape) { return std::pair(fans(shape).in, fans(shape).out); };
  EXPECT_EQ(pair({6, 4}), std::pair(6.0, 4.0));
  EXPECT_EQ(pair({3, 6, 4}), std::pair(18.0, 12.0));
  EXPECT_EQ(pair({2, 3, 6, 4}), std::pair(36.0, 24.0));
  EXPECT_EQ(pair({9}), std::pair(3.0, 3.0));
  EXPECT_EQ(pair({}), std::pair(1.0, 1.0));
  EXPECT_EQ(fans({Dim{1} << 40, 8}).in, 0x1p40);
}

TEST(Initializers, SeedDecides) {
  EXPECT_EQ(drawn(RandomNormal{.seed = 7}), drawn(RandomNormal{.seed = 7}));
  EXPECT_NE(drawn(RandomNormal{.seed = 7}), drawn(RandomNormal{.seed = 8}));
  const Arg<Initializer> shared = "normal";
  EXPECT_NE(drawn(shared), drawn(shared));
  set_random_seed(5);
  const auto first = drawn(shared);
  set_random_seed(5);
  EXPECT_EQ(drawn(shared), first);
}

TEST(Initializers, Config) {
  const auto made = glorot_uniform(9).make();
  EXPECT_EQ(made->class_name(), "VarianceScaling");
  EXPECT_EQ(made->config(),
            (Config{{"scale", 1.0}, {"mode", "fan_avg"}, {"distribution", "uniform"}, {"seed", int64_t{9}}}));
  EXPECT_EQ(Arg<Initializer>("RandomNormal")->config(),
            (Config{{"mean", 0.0}, {"stddev", 0.05}, {"seed", {}}}));
}

TEST(Initializers, Errors) {
  EXPECT_EQ(message_of([] { Arg<Initializer> i = "glorot_unifrom"; })
                .find("initializer: unknown name. Received: initializer='glorot_unifrom'; did you mean "
                      "'glorot_uniform'?"),
            0);
  EXPECT_EQ(message_of([] { VarianceScaling{.mode = "fan"}.make(); }),
            "VarianceScaling: mode must be 'fan_in', 'fan_out' or 'fan_avg'. Received: mode='fan'.");
  EXPECT_EQ(message_of([] { VarianceScaling{.scale = 0}.make(); }),
            "VarianceScaling: scale must be positive. Received: scale=0.");
  EXPECT_THROW(Identity{}.make()->draw({3, 7}), InvalidArgument);
  for (const Shape& shape : {Shape{2, 6}, Shape{6, 2}}) {
    const Draw blocks = Identity{.gain = 3}.make()->draw(shape);
    std::vector<double> row(static_cast<size_t>(shape[1]));
    for (int64_t r = 0; r < shape[0]; ++r) {
      blocks.scaled(2).row(r, std::span<double>(row));
      for (size_t c = 0; c < row.size(); ++c) EXPECT_EQ(row[c], static_cast<int64_t>(c % 2) == r % 2 ? 6 : 0);
    }
  }
  EXPECT_EQ(message_of([] { Identity{}.make()->draw({3}); }),
            "Identity: the weight must be a matrix. Received: shape=(3,).");
}

}  // namespace
}  // namespace lacuna::initializers

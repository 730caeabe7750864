// Draws depend only on key, row and position; the seed of the process fixes all keys that follow.
#include "lacuna/base/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

#include "lacuna/base/keys_aside.h"

namespace lacuna {
namespace {

TEST(Philox, EqualsTheKnownAnswers) {  // Of the paper's reference test vectors.
  EXPECT_EQ(philox(0, 0, 0), (std::array<uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox(~uint64_t{0}, ~uint64_t{0}, ~uint64_t{0}),
            (std::array<uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
}

TEST(Draw, RowDoesNotDependOnItsLengthOrOrder) {
  for (const auto kind : {Draw::Kind::uniform, Draw::Kind::normal, Draw::Kind::truncated_normal}) {
    const Draw draw{kind, -1, 1, 42};
    std::vector<float> longer(9), shorter(5);
    draw.row(1'000'000'007, std::span(longer));
    draw.row(1'000'000'007, std::span(shorter));
    for (size_t j = 0; j < shorter.size(); ++j) EXPECT_EQ(longer[j], shorter[j]);
  }
}

TEST(Draw, HasTheMomentsThatItNames) {
  constexpr size_t kN = 100'000;
  std::vector<double> x(kN);
  const auto moments = [&](const Draw& draw) {
    draw.row(0, std::span(x));
    const double mean = std::accumulate(x.begin(), x.end(), 0.0) / kN;
    double variance = 0;
    for (const double v : x) variance += (v - mean) * (v - mean) / kN;
    return std::pair(mean, std::sqrt(variance));
  };
  const auto [um, us] = moments({Draw::Kind::uniform, -1, 3, 7});
  EXPECT_NEAR(um, 1, 0.02);
  EXPECT_NEAR(us, 4 / std::sqrt(12.0), 0.02);
  const auto [nm, ns] = moments({Draw::Kind::normal, 2, 0.5, 7});
  EXPECT_NEAR(nm, 2, 0.01);
  EXPECT_NEAR(ns, 0.5, 0.01);
  const auto [tm, ts] = moments({Draw::Kind::truncated_normal, 0, 1, 7});
  EXPECT_NEAR(tm, 0, 0.02);
  EXPECT_NEAR(ts, 0.87962566, 0.01);
  for (const double v : x) ASSERT_LE(std::abs(v), 2);
}

TEST(Seed, FixesTheKeys) {
  set_random_seed(3);
  const uint64_t a = next_key(), b = next_key();
  set_random_seed(3);
  EXPECT_EQ(next_key(), a);
  EXPECT_EQ(next_key(), b);
  EXPECT_NE(a, b);
}

TEST(KeysAside, OfASeedAreTheSameAndLeaveThoseOfTheProcess) {
  set_random_seed(3);
  const uint64_t first = next_key(), second = next_key();
  set_random_seed(3);
  EXPECT_EQ(next_key(), first);
  std::vector<uint64_t> drawn;
  for (const uint64_t seed : {7, 7, 8}) {
    const KeysAside keys(seed);
    drawn.push_back(next_key());
    EXPECT_NE(next_key(), drawn.back());
  }
  EXPECT_EQ(drawn[0], drawn[1]);
  EXPECT_NE(drawn[0], drawn[2]);
  EXPECT_EQ(next_key(), second);
}

TEST(Generator, ShufflesEvenly) {
  std::vector<int> counts(6);
  for (uint64_t seed = 0; seed < 6000; ++seed) {
    std::vector<int> order{0, 1, 2};
    Generator(seed).shuffle(std::span(order));
    ++counts[static_cast<size_t>(order[0] * 2 + (order[1] > order[2]))];
  }
  for (const int c : counts) EXPECT_NEAR(c, 1000, 150);
}

}  // namespace
}  // namespace lacuna

// Remainders, against the operator's.
#include "lacuna/data/divisor.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <vector>

namespace lacuna::data {
namespace {

TEST(Divisor, RemaindersAreThoseOfTheOperator) {
  std::mt19937_64 random(1);
  std::vector<uint64_t> divisors{1,
                                 2,
                                 3,
                                 5,
                                 7,
                                 10,
                                 64,
                                 641,
                                 38462,
                                 (1 << 20) - 1,
                                 1 << 20,
                                 (1 << 20) + 1,
                                 uint64_t{1} << 40,
                                 (uint64_t{1} << 40) - 1,
                                 uint64_t{1} << 63};
  for (int i = 0; i < 200; ++i) divisors.push_back(1 + (random() >> (24 + random() % 39)));
  constexpr uint64_t kMost = std::numeric_limits<uint64_t>::max();
  for (const uint64_t by : divisors) {
    const Divisor divisor(by);
    for (const uint64_t number : {uint64_t{0}, uint64_t{1}, by - 1, by, by + 1, kMost, kMost - 1,
                                  kMost / by * by, kMost / by * by - 1, kMost / 2, kMost / 2 + 1})
      ASSERT_EQ(divisor.remainder(number), number % by) << number << " by " << by;
    for (int i = 0; i < 100; ++i) {
      const uint64_t number = random() >> (random() % 40);
      ASSERT_EQ(divisor.remainder(number), number % by) << number << " by " << by;
    }
  }
}

}  // namespace
}  // namespace lacuna::data

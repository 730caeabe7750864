// The dialect.
#include "lacuna/base/dialect.h"

#include <gtest/gtest.h>
#include <stdexcept>

namespace lacuna {
namespace {

TEST(Dialect, ChoosesDefaultsUntilItIsChanged) {
  EXPECT_EQ(config::keras(), "2.2.4");
  EXPECT_EQ(by_dialect(1, 2), 1);
  config::set_keras("3");
  EXPECT_EQ(config::keras(), "3");
  EXPECT_EQ(by_dialect(1, 2), 2);
  config::set_keras("2.2.4");
  EXPECT_EQ(by_dialect(1, 2), 1);
}

TEST(Dialect, OtherVersionsAreErrors) {
  for (const char* version : {"", "2", "2.2", "3.0", "keras"})
    EXPECT_THROW(config::set_keras(version), std::invalid_argument);
  EXPECT_EQ(config::keras(), "2.2.4");
}

}  // namespace
}  // namespace lacuna

// What errors say.
#include "lacuna/base/error.h"

#include <gtest/gtest.h>

namespace lacuna {
namespace {

TEST(Error, MessageIsBuiltFromItsParts) {
  try {
    LACUNA_REQUIRE(false, "Dense: units must be positive. Received: units=", -1, ".");
    FAIL();
  } catch (const std::invalid_argument& e) {
    EXPECT_STREQ(e.what(), "Dense: units must be positive. Received: units=-1.");
  }
  EXPECT_NO_THROW(LACUNA_REQUIRE(true, "not built"));
  EXPECT_THROW(LACUNA_REQUIRE_RANGE(false, "out"), std::out_of_range);
}

TEST(Error, NearestNameIsByEditDistance) {
  EXPECT_EQ(nearest("sdg", {"adam", "sgd"}), "; did you mean 'sgd'? Known: adam, sgd");
  EXPECT_EQ(nearest("rleu", {"elu", "relu"}), "; did you mean 'relu'? Known: elu, relu");
  EXPECT_EQ(nearest("glorot", {"Zeros", "glorot_uniform"}),
            "; did you mean 'glorot_uniform'? Known: Zeros, glorot_uniform");
  EXPECT_EQ(nearest("reul", {"elu", "linear", "relu"}), "; did you mean 'relu'? Known: elu, linear, relu");
}

}  // namespace
}  // namespace lacuna

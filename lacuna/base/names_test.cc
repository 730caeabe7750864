// Tests of names.
#include "lacuna/base/names.h"

#include <gtest/gtest.h>

namespace lacuna {
namespace {

TEST(Names, SnakeCaseIsKeras) {
  const std::pair<const char*, const char*> all[] = {{"Dense", "dense"},
                                                     {"PReLU", "p_re_lu"},
                                                     {"LeakyReLU", "leaky_re_lu"},
                                                     {"ELU", "elu"},
                                                     {"GlobalMaxPooling1D", "global_max_pooling1d"},
                                                     {"SpatialDropout1D", "spatial_dropout1d"},
                                                     {"MyMLPLayer", "my_mlp_layer"},
                                                     {"CrossNetV2", "cross_net_v2"},
                                                     {"AUC", "auc"},
                                                     {"_Mine", "private__mine"},
                                                     {"x", "x"},
                                                     {"", ""}};
  for (const auto& [name, wanted] : all) EXPECT_EQ(snake_case(name), wanted);
  const std::string capitals(1 << 20, 'A');  // Takes no stack for each letter.
  EXPECT_EQ(snake_case(capitals + "b").size(), capitals.size() + 2);
}

TEST(Names, InQuotesCutsBetweenCharacters) {
  EXPECT_EQ(in_quotes("a"), "'a'");
  std::string umlauts;
  for (int i = 0; i < 150; ++i) umlauts += "ä";
  EXPECT_EQ(in_quotes("x" + umlauts), "'x" + umlauts.substr(0, 198) + "…'");
}

}  // namespace
}  // namespace lacuna

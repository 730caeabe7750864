// What layers print.
#include "lacuna/layers/shown.h"

#include <gtest/gtest.h>
#include <lacuna/lacuna.h>

namespace lacuna {
namespace {

TEST(Shown, SettingsThatDifferFromThoseOfTheClass) {
  using layers::shown;
  EXPECT_EQ(shown(layers::Dense(3, {.name = "d"})), "<Dense 'd': units=3>");
  EXPECT_EQ(shown(layers::Dense(3, {.activation = "relu", .sparse_weight = true, .name = "d"})),
            "<Dense 'd': units=3, activation='relu', sparse_weight=True>");
  EXPECT_EQ(
      shown(layers::Dense(1, {.use_bias = false, .name = "d", .trainable = false, .dtype = DType::float64})),
      "<Dense 'd': units=1, use_bias=False, trainable=False, dtype='float64'>");
  EXPECT_EQ(shown(layers::Flatten({.name = "f"})), "<Flatten 'f'>");
  EXPECT_EQ(shown(layers::UpSampling1D({2}, {.name = "u"})), "<UpSampling1D 'u': size=2>");
}

TEST(Shown, TheLastInput) {
  layers::Dense dense(2, {.name = "d"});
  const Symbol x = Input({.shape = {10'000}, .name = "x", .sparse = true});
  const Symbol y = dense(x);
  EXPECT_EQ(layers::shown(dense), "<Dense 'd': units=2, input (None, 10000) csr>");
  EXPECT_EQ(layers::shown(*layers::call_of(x)->layer), "<InputLayer 'x': (None, 10000) csr>");
}

TEST(Shown, EveryClassCanWriteItsDefaults) {
  for (const char* name :
       {"Dense", "Embedding", "TimeDistributed", "Bidirectional", "UpSampling1D", "Conv2D", "Dot", "Hashing",
        "TextVectorization", "Normalization", "RNN", "ZeroPadding2D", "Reshape"})
    EXPECT_NO_THROW(layers::default_settings(name)) << name;
  EXPECT_TRUE(layers::default_settings("NoSuchLayer").written().empty());
}

TEST(Shown, LongNamesAreCut) {
  EXPECT_LT(layers::shown(layers::Dense(1, {.name = std::string(100'000, 'x')})).size(), 1'000u);
}

}  // namespace
}  // namespace lacuna

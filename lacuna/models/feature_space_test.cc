// The values of Keras 3.15.1 are in python/tests/test_feature_space.py.
#include "lacuna/models/feature_space.h"

#include <gtest/gtest.h>

#include <string_view>

#include "lacuna/base/error.h"
#include "lacuna/tensor/cast_storage.h"

namespace lacuna {
namespace {

using Texts = std::vector<std::string_view>;

const Texts kCities{"Rome", "Oslo", "Rome", "Bern"};
const std::vector<int64_t> kFloors{2, 3, 2, 0};
const std::vector<double> kPrices{1, 3, 5, 7};

std::map<std::string, Array> shop() { return {{"city", kCities}, {"floor", kFloors}, {"price", kPrices}}; }

std::vector<float> row_of(const Tensor& rows, Dim row) {
  const tensor::Dense dense = to_dense(rows);
  const auto all = dense.values<float>().subspan(static_cast<size_t>(row * dense.shape[1]),
                                                 static_cast<size_t>(dense.shape[1]));
  return {all.begin(), all.end()};
}

TEST(FeatureSpace, GivesOneMatrixOfAllColumns) {
  FeatureSpace space({{"city", "string_categorical"},
                      {"floor", FeatureSpace::integer_categorical()},
                      {"price", FeatureSpace::float_rescaled(0.5, 1)}},
                     {.crosses = {{.feature_names = {"city", "floor"}, .crossing_dim = 2}}});
  EXPECT_THROW(space.get_encoded_features(), InvalidArgument);
  space.adapt(shop());
  const auto values = space(shop());
  ASSERT_EQ(values.size(), 1u);
  EXPECT_EQ(values[0].storage(), Storage::csr);
  ASSERT_EQ(values[0].shape(), (Shape{4, 4 + 4 + 1 + 2}));
  const auto first = row_of(values[0], 0);
  // [UNK], Rome, Oslo, Bern, then -1, 2, 3, 0, then the price.
  EXPECT_EQ(std::vector<float>(first.begin(), first.begin() + 9),
            (std::vector<float>{0, 1, 0, 0, 0, 1, 0, 0, 1.5}));
  EXPECT_EQ(first[9] + first[10], 1);
}

TEST(FeatureSpace, IsSavedAndLoaded) {
  FeatureSpace space({{"city", "string_hashed"}, {"price", "float_normalized"}},
                     {.output_mode = "dict", .crosses = {}, .hashing_dim = 5});
  space.adapt(shop());
  const std::string path = testing::TempDir() + "space.h5";
  space.save(path);
  FeatureSpace loaded = FeatureSpace::load(path);
  EXPECT_EQ(loaded.output_names(), (std::vector<std::string>{"city", "price"}));
  EXPECT_THROW(loaded.adapt(shop()), InvalidArgument);
  const auto expected = space(shop()), values = loaded(shop());
  for (size_t i = 0; i < 2; ++i)
    for (Dim row = 0; row < 4; ++row) EXPECT_EQ(row_of(values[i], row), row_of(expected[i], row));
  EXPECT_THROW(space({{"city", kCities}}), InvalidArgument);
}

TEST(FeatureSpace, RefusesWhatItCannotBe) {
  using Features = FeatureSpace::Features;
  EXPECT_THROW(FeatureSpace(Features{}), InvalidArgument);
  EXPECT_THROW(FeatureSpace(Features{{"a", "words"}}), InvalidArgument);
  EXPECT_THROW(FeatureSpace(Features{{"a", "float"}}, {.output_mode = "list"}), InvalidArgument);
  EXPECT_THROW(FeatureSpace(Features{{"a", "float"}}, {.crosses = {{{"a", "b"}}}}), InvalidArgument);
  EXPECT_THROW(FeatureSpace(Features{{"a", FeatureSpace::Feature{DType::float32, nullptr, "one_hot"}}}),
               InvalidArgument);
  FeatureSpace ids({{"a", FeatureSpace::string_hashed(3, "int")}, {"b", "float"}});
  EXPECT_THROW(ids.get_encoded_features(), InvalidArgument);
}

}  // namespace
}  // namespace lacuna

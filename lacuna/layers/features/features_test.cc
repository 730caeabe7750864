// Layers of features as a user of C++ has them.
#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <string_view>
#include <vector>

#include "lacuna/features/quantiles.h"
#include "lacuna/layers/dense.h"
#include "lacuna/layers/features/category_encoding.h"
#include "lacuna/layers/features/discretization.h"
#include "lacuna/layers/features/hashing.h"
#include "lacuna/layers/features/lookup.h"
#include "lacuna/layers/features/normalization.h"
#include "lacuna/layers/input.h"
#include "lacuna/tensor/cast_storage.h"

namespace lacuna::layers {
namespace {

using Views = std::vector<std::string_view>;

std::vector<int64_t> ids_of(const Tensor& tensor) {
  const auto ids = tensor.dense().values<int64_t>();
  return {ids.begin(), ids.end()};
}
std::vector<float> floats_of(const Tensor& tensor) {
  const tensor::Dense dense = to_dense(tensor);
  return {dense.values<float>().begin(), dense.values<float>().end()};
}

TEST(Features, TakeVectorsOfWords) {
  StringLookup lookup;
  lookup.adapt(Views{"red", "blue", "red"});
  EXPECT_EQ(lookup.get_vocabulary(), (std::vector<std::string>{"[UNK]", "red", "blue"}));
  EXPECT_EQ(ids_of(lookup.values({Views{"blue", "green", "red"}})), (std::vector<int64_t>{2, 0, 1}));
  StringLookup same = lookup;  // A copy is the same layer.
  same.set_vocabulary({"green"});
  EXPECT_EQ(ids_of(lookup.values({Views{"blue", "green"}})), (std::vector<int64_t>{0, 1}));
}

TEST(Features, UnknownValuesMayBeNothing) {
  const StringLookup words({.num_oov_indices = 0,
                            .mask_token = "b",
                            .vocabulary = {"a", "c"},
                            .output_mode = "one_hot",
                            .ignore_oov = true});
  EXPECT_EQ(floats_of(StringLookup(words).values({Views{"c", "b", "z", "a"}})),
            (std::vector<float>{0, 1, 0, 0, 0, 0, 1, 0}));
  IntegerLookup numbers(
      {.num_oov_indices = 0, .vocabulary = {-1, 5}, .output_mode = "count", .ignore_oov = true});
  EXPECT_EQ(floats_of(numbers.values({std::vector<int64_t>{5, 6, -1}})),
            (std::vector<float>{0, 1, 0, 0, 1, 0}));
  EXPECT_THROW(StringLookup({.num_oov_indices = 0, .ignore_oov = true}), InvalidArgument);
  EXPECT_THROW(StringLookup({.output_mode = "one_hot", .ignore_oov = true}), InvalidArgument);
}

TEST(Features, BinsAndCrosses) {
  Hashing hashing(3);
  EXPECT_EQ(ids_of(hashing.values({Views{"A", "B", "C"}})), (std::vector<int64_t>{1, 0, 1}));
  HashedCrossing crossing(5);
  EXPECT_EQ(ids_of(crossing.values({Views{"A", "B"}, std::vector<int64_t>{101, 102}})),
            (std::vector<int64_t>{1, 1}));
  CategoryEncoding encoding({.num_tokens = 3});
  const Tensor rows = encoding.values({std::vector<int32_t>{2, 0}});
  EXPECT_EQ(rows.storage(), Storage::csr);
  EXPECT_EQ(floats_of(rows), (std::vector<float>{0, 0, 1, 1, 0, 0}));
}

TEST(Features, MomentsAndBoundaries) {
  Normalization normalization;
  const std::vector<double> x{1, 3, 5, 7};
  normalization.adapt(x);
  EXPECT_EQ(normalization.get_weights()[0].values<float>()[0], 4);
  EXPECT_EQ(normalization.get_weights()[1].values<float>()[0], 5);
  EXPECT_NEAR(floats_of(normalization.values({x}))[0], -3 / std::sqrt(5.0), 1e-6);
  Discretization bins({.num_bins = 2});
  bins.adapt(x);
  EXPECT_EQ(bins.bin_boundaries(), (std::vector<double>{3}));
  EXPECT_EQ(ids_of(Tensor(cast(bins.values({x}), DType::int64))), (std::vector<int64_t>{0, 1, 1, 1}));
}

TEST(Features, WordsOutliveTheLayerThatGaveThem) {
  std::optional<StringLookup> lookup;
  lookup.emplace(StringLookupOptions{.vocabulary = {"a word that is no short string", "b"}, .invert = true});
  const Tensor words = lookup->values({std::vector<int64_t>{1, 2, 0}});
  lookup->set_vocabulary({"another word, as long as the first"});
  lookup.reset();
  const auto views = words.dense().values<std::string_view>();
  EXPECT_EQ(views[0], "a word that is no short string");
  EXPECT_EQ(views[1], "b");
  EXPECT_EQ(views[2], "[UNK]");
}

TEST(Features, RefuseWhatIsNotTheirs) {
  EXPECT_THROW(Hashing(3).adapt(Views{"a"}), InvalidArgument);
  EXPECT_THROW(StringLookup().values({Views{"a"}}), InvalidArgument);
  EXPECT_THROW(StringLookup({.vocabulary = {"a"}}).values({std::vector<int64_t>{1}}), InvalidArgument);
  EXPECT_THROW(CategoryEncoding({.num_tokens = 3}).values({std::vector<int32_t>{3}}), OutOfRange);
  Symbol words = Input({.shape = {1}, .dtype = DType::string});
  EXPECT_THROW(Dense(1)(words), InvalidArgument);
}

// Against the definition, of values that are each there twice and of parts of all sizes.
TEST(Quantiles, AreThoseOfTheSortedValues) {
  std::vector<double> values;
  for (int i = 0; i < 57; ++i) values.push_back((i * 37) % 57 / 2);
  features::Quantiles seen;
  for (size_t at = 0, size = 1; at < values.size(); at += size++)
    seen.add(std::span(values).subspan(at, std::min(size, values.size() - at)));
  std::vector<double> sorted = values;
  std::ranges::sort(sorted);
  const auto boundaries = seen.boundaries(8);
  ASSERT_EQ(boundaries.size(), 7u);
  for (size_t part = 1; part < 8; ++part) {
    const double place = 57.0 * static_cast<double>(part) / 8 - 1;  // Of the value with that rank.
    const auto below = static_cast<size_t>(place);
    const double share = place - static_cast<double>(below);
    EXPECT_NEAR(boundaries[part - 1], sorted[below] + share * (sorted[below + 1] - sorted[below]), 1e-12);
  }
}

}  // namespace
}  // namespace lacuna::layers

// The front of a network: where it is cut, and that the cut changes no bit.
#include "lacuna/training/front.h"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include "lacuna/layers/core.h"
#include "lacuna/layers/dense.h"
#include "lacuna/layers/embedding.h"
#include "lacuna/layers/features/hashing.h"
#include "lacuna/layers/features/lookup.h"
#include "lacuna/layers/input.h"
#include "lacuna/layers/merge.h"
#include "lacuna/models/model.h"

namespace lacuna {
namespace {

using layers::Input;

std::vector<std::string_view> words(size_t rows) {
  constexpr std::string_view kWords[] = {"a", "b", "c", "d", "e"};
  std::vector<std::string_view> result;
  for (size_t i = 0; i < rows; ++i) result.push_back(kWords[i * i % 7 % 5]);
  return result;
}

// A word as a row of ones, the same word as the row of an embedding, and a number.
Model model_of_words() {
  set_random_seed(3);
  const Symbol word = Input({.shape = {1}, .name = "word", .dtype = DType::string});
  const Symbol number = Input({.shape = {2}, .name = "number"});
  layers::StringLookup lookup({.vocabulary = {"a", "b", "c"}});
  const Symbol row = layers::Hashing(8, {.output_mode = "multi_hot"})(word);
  const Symbol vector = layers::Flatten()(layers::Embedding(4, 2)(lookup(word)));
  const Symbol score = layers::Add()(
      std::vector<Symbol>{layers::Dense(1)(row), layers::Dense(1)(vector), layers::Dense(1)(number)});
  Model model({word, number}, {score});
  model.compile({.optimizer = "sgd", .loss = "mean_squared_error"});
  return model;
}

TEST(Front, IsWhereFeaturesEnd) {
  Model model = model_of_words();
  const auto& front = model.network().front();
  ASSERT_EQ(front.size(), 2u);  // Rows of bins, and ids; not what depends on weights.
  for (const Symbol& symbol : front)
    EXPECT_TRUE(symbol.storage() == Storage::csr || symbol.dtype() == DType::int64) << symbol.spec();
  const Symbol x = Input({.shape = {3}});
  EXPECT_TRUE(Model(x, layers::Dense(1)(x)).network().front().empty());
}

TEST(Front, ChangesNoBit) {
  constexpr size_t kRows = 50;
  const auto texts = words(kRows);
  std::vector<float> numbers(2 * kRows), y(kRows);
  for (size_t i = 0; i < kRows; ++i)
    numbers[2 * i] = static_cast<float>(i % 3), y[i] = static_cast<float>(i % 2);
  const Arrays x{Array(texts), Array(array<float>{numbers, {kRows, 2}})};
  Model with = model_of_words(), without = model_of_words();
  with.fit(x, y, {.batch_size = 8, .epochs = 2, .verbose = 0, .shuffle = Shuffle::none});
  for (int epoch = 0; epoch < 2; ++epoch)
    for (size_t at = 0; at < kRows; at += 8) {  // A batch of its own has no front.
      const size_t size = std::min<size_t>(8, kRows - at);
      const std::span<const float> part(numbers.data() + 2 * at, 2 * size);
      const std::vector<std::string_view> some(texts.begin() + static_cast<long>(at),
                                               texts.begin() + static_cast<long>(at + size));
      const std::vector<float> labels(y.begin() + static_cast<long>(at),
                                      y.begin() + static_cast<long>(at + size));
      without.train_on_batch(Arrays{Array(some), Array(array<float>{part, {static_cast<Dim>(size), 2}})},
                             labels);
    }
  const auto a = with.get_weights(), b = without.get_weights();
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i)
    EXPECT_TRUE(std::ranges::equal(a[i].values<float>(), b[i].values<float>())) << "weight " << i;
}

}  // namespace
}  // namespace lacuna

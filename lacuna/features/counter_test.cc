#include "lacuna/features/counter.h"

#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lacuna/base/error.h"
#include "lacuna/base/testing.h"
#include "lacuna/features/testing.h"

namespace lacuna::features {
namespace {

std::vector<std::string> words_of(const Vocabulary& vocabulary) {
  std::vector<std::string> words;
  for (size_t i = 0; i < vocabulary.size(); ++i) words.emplace_back(vocabulary.word(i));
  return words;
}

std::vector<int64_t> numbers_of(const IntegerVocabulary& vocabulary) {
  return {vocabulary.numbers().begin(), vocabulary.numbers().end()};
}

// Keras 3.15.1 gave these orders to StringLookup, IntegerLookup.
TEST(Counter, HasTheOrderOfKeras) {
  const std::vector<std::string> words = {"b", "a", "c", "a", "b", "d", "é", "B", "", "zz", "z", "[UNK]"};
  Counter counter;
  counter.add(views(words));
  using Words = std::vector<std::string>;
  EXPECT_EQ(words_of(counter.counts({.without = {"[UNK]"}}).vocabulary),
            (Words{"b", "a", "é", "zz", "z", "d", "c", "B", ""}));
  EXPECT_EQ(words_of(counter.counts({.max_tokens = 3, .without = {"", "[UNK]"}}).vocabulary),
            (Words{"b", "a", "é"}));
  IntegerCounter integers;
  integers.add(std::vector<int64_t>{5, -3, 5, 7, 8, 8, 0, -1, 12, 100});
  EXPECT_EQ(numbers_of(integers.counts({.without = {-1}}).vocabulary),
            (std::vector<int64_t>{8, 5, 100, 12, 7, 0, -3}));
}

// Counts by ordered maps.
template <class Value>
struct Mimic {
  std::map<Value, int64_t> counts{}, document_counts{};

  explicit Mimic(const std::vector<std::vector<Value>>& documents) {
    for (const auto& document : documents) {
      for (const Value& value : document) ++counts[value];
      for (const Value& value : std::set<Value>(document.begin(), document.end())) ++document_counts[value];
    }
  }
  std::vector<Value> order() const {
    std::vector<std::pair<int64_t, Value>> pairs;
    for (const auto& [value, count] : counts) pairs.emplace_back(count, value);
    std::sort(pairs.rbegin(), pairs.rend());
    std::vector<Value> result;
    for (const auto& [count, value] : pairs) result.push_back(value);
    return result;
  }
};

template <class Value>
void expect_like_mimic(const std::vector<Value>& order, const std::vector<int64_t>& counts,
                       const std::vector<int64_t>& document_counts, const Mimic<Value>& mimic, size_t kept) {
  std::vector<Value> wanted = mimic.order();
  wanted.resize(std::min(kept, wanted.size()));
  ASSERT_EQ(order, wanted);
  for (size_t i = 0; i < order.size(); ++i) {
    ASSERT_EQ(counts[i], mimic.counts.at(order[i]));
    ASSERT_EQ(document_counts[i], mimic.document_counts.at(order[i]));
  }
}

TEST(Counter, OfManyThreadsCountsAsMapsDo) {
  const std::vector<std::string> words = random_words(30'000, 4);
  std::vector<int64_t> indptr = {0};
  Generator random(5);
  while (indptr.back() < 25'000) indptr.push_back(indptr.back() + static_cast<int64_t>(random.below(200)));
  std::vector<std::vector<std::string>> documents;
  for (size_t d = 0; d + 1 < indptr.size(); ++d)
    documents.emplace_back(words.begin() + indptr[d], words.begin() + indptr[d + 1]);
  const size_t rest = words.size() - words.size() % 7;
  for (size_t i = 0; i < rest; i += 7)
    documents.emplace_back(words.begin() + static_cast<std::ptrdiff_t>(i),
                           words.begin() + static_cast<std::ptrdiff_t>(i + 7));
  const Mimic<std::string> mimic(documents);
  const std::vector<std::string_view> seen = views(words);
  for (size_t threads = 1; threads <= 8; ++threads) {
    const Threads set(threads);
    Counter counter;
    counter.add(seen, indptr);
    counter.add(std::span(seen).first(rest), 7);
    for (const size_t kept : {0, 1, 100, 1'000'000}) {
      const auto result = counter.counts({.max_tokens = static_cast<int64_t>(kept)});
      EXPECT_EQ(result.documents, static_cast<int64_t>(documents.size()));
      expect_like_mimic(words_of(result.vocabulary), result.counts, result.document_counts, mimic, kept);
    }
  }
}

TEST(Counter, OfManyThreadsCountsNumbersAsMapsDo) {
  Generator random(6);
  std::vector<int64_t> numbers(100'000);
  for (int64_t& number : numbers) number = static_cast<int64_t>(random.below(random.below(5000) + 1)) - 500;
  numbers[7] = std::numeric_limits<int64_t>::min();
  numbers[8] = std::numeric_limits<int64_t>::max();
  std::vector<std::vector<int64_t>> documents;
  for (size_t i = 0; i < numbers.size(); i += 4)
    documents.push_back({numbers.begin() + i, numbers.begin() + i + 4});
  const Mimic<int64_t> mimic(documents);
  for (const size_t threads : {1, 2, 5}) {
    const Threads set(threads);
    IntegerCounter counter;
    counter.add(numbers, 4);
    const auto result = counter.counts();
    expect_like_mimic(numbers_of(result.vocabulary), result.counts, result.document_counts, mimic, 1'000'000);
  }
}

TEST(Counter, LeavesOutRareWords) {
  const std::vector<std::string> words = {"a", "b", "a", "c", "b", "a"};
  Counter counter;
  counter.add(views(words));
  EXPECT_EQ(words_of(counter.counts({.min_count = 2}).vocabulary), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(counter.counts({.min_count = 2}).counts, (std::vector<int64_t>{3, 2}));
  EXPECT_EQ(Counter().counts().vocabulary.size(), 0);
}

TEST(Counter, RefusesDocumentsThatDoNotFit) {
  const std::vector<std::string> words = {"a", "b", "c"};
  Counter counter;
  EXPECT_EQ(message_of<InvalidArgument>([&] { counter.add(views(words), 2); }),
            "Counter: values_a_document must divide the number of values. Received: values_a_document=2, "
            "values=3.");
  for (const std::vector<int64_t>& indptr : {std::vector<int64_t>{}, {0, 4}, {-1, 2}, {0, 2, 1}})
    EXPECT_NE(message_of<InvalidArgument>([&] { counter.add(views(words), indptr); }), "");
  EXPECT_NE(message_of<InvalidArgument>([&] { counter.counts({.max_tokens = -1}); }), "");
}

}  // namespace
}  // namespace lacuna::features

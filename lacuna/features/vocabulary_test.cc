#include "lacuna/features/vocabulary.h"

#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "lacuna/base/error.h"
#include "lacuna/base/testing.h"
#include "lacuna/features/testing.h"

namespace lacuna::features {
namespace {

std::vector<std::string> different_words(size_t count) {
  const std::vector<std::string> words = random_words(count, 1);
  const std::set<std::string> set(words.begin(), words.end());
  return {set.begin(), set.end()};
}

TEST(Vocabulary, FindsEachWordWhereItIs) {
  std::vector<std::string> words = different_words(30'000);
  words.emplace_back(1'000'000, 'x');  // A word of 10^6 letters, and one that begins like it.
  words.emplace_back(999'999, 'x');
  const Vocabulary vocabulary(views(words));
  ASSERT_EQ(vocabulary.size(), words.size());
  std::map<std::string, int64_t> wanted;
  for (size_t i = 0; i < words.size(); ++i) {
    EXPECT_EQ(vocabulary.word(i), words[i]);
    wanted[words[i]] = static_cast<int64_t>(i);
  }
  std::vector<std::string> asked = random_words(50'000, 2);
  asked.insert(asked.end(), words.begin(), words.end());
  for (const size_t threads : {1, 3, 8}) {
    const Threads set(threads);
    std::vector<int64_t> places(asked.size());
    vocabulary.find(views(asked), places);
    size_t unknown = 0;
    for (size_t i = 0; i < asked.size(); ++i) {
      const auto found = wanted.find(asked[i]);
      ASSERT_EQ(places[i], found == wanted.end() ? -1 : found->second);
      ASSERT_EQ(vocabulary.find(asked[i]), places[i]);
      unknown += places[i] < 0;
    }
    EXPECT_GT(unknown, 1000);
    EXPECT_LT(unknown, 49'000);
  }
}

TEST(Vocabulary, IsItsBytesAndOffsets) {
  const std::vector<std::string> words = different_words(1000);
  const Vocabulary vocabulary(views(words));
  const Vocabulary again({vocabulary.bytes().begin(), vocabulary.bytes().end()},
                         {vocabulary.offsets().begin(), vocabulary.offsets().end()});
  for (size_t i = 0; i < words.size(); ++i) EXPECT_EQ(again.find(words[i]), static_cast<int64_t>(i));
}

TEST(Vocabulary, MayHaveNoWords) {
  for (const Vocabulary& vocabulary : {Vocabulary(), Vocabulary(std::span<const std::string_view>{})}) {
    EXPECT_EQ(vocabulary.size(), 0);
    EXPECT_EQ(vocabulary.find(""), -1);
    EXPECT_EQ(vocabulary.offsets().size(), 1);
  }
  EXPECT_EQ(IntegerVocabulary().find(0), -1);
}

TEST(Vocabulary, RefusesWhatIsNone) {
  const std::vector<std::string> twice = {"a", "b", "", "b"};
  EXPECT_EQ(message_of<InvalidArgument>([&] { Vocabulary{views(twice)}; }),
            "Vocabulary: words must differ. Received: 'b' at 1 and 3.");
  for (const std::vector<int64_t>& offsets :
       {std::vector<int64_t>{}, {1, 3}, {0, 2}, {0, 4}, {0, 2, 1, 3}, {0, -1, 3}})
    EXPECT_NE(message_of<InvalidArgument>([&] { Vocabulary({'a', 'b', 'c'}, offsets); }), "");
  EXPECT_EQ(message_of<InvalidArgument>([] {
              IntegerVocabulary({5, 0, 5});
            }),
            "IntegerVocabulary: numbers must differ. Received: 5 at 0 and 2.");
}

TEST(IntegerVocabulary, FindsEachNumberWhereItIs) {
  Generator random(3);
  std::set<int64_t> set = {0, -1, 1, std::numeric_limits<int64_t>::min(),
                           std::numeric_limits<int64_t>::max()};
  while (set.size() < 20'000) set.insert(static_cast<int64_t>(random.below(50'000)) - 25'000);
  const std::vector<int64_t> numbers(set.rbegin(), set.rend());
  const IntegerVocabulary vocabulary(numbers);
  std::vector<int64_t> asked = numbers, places(numbers.size());
  vocabulary.find(asked, places);
  for (size_t i = 0; i < numbers.size(); ++i) {
    EXPECT_EQ(places[i], static_cast<int64_t>(i));
    EXPECT_EQ(vocabulary.find(numbers[i]), static_cast<int64_t>(i));
  }
  for (int64_t i = -30'000; i < 30'000; ++i) ASSERT_EQ(vocabulary.find(i) < 0, !set.contains(i));
}

}  // namespace
}  // namespace lacuna::features

// Functions of one's own in place of a standardization and of a split.
#include "lacuna/features/text_function.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include "lacuna/base/testing.h"
#include "lacuna/features/texts.h"

namespace lacuna::features {
namespace {

using Views = std::span<const std::string_view>;

std::vector<std::string> without_digits(Views texts) {
  std::vector<std::string> result;
  for (const std::string_view text : texts) {
    result.emplace_back(text);
    std::erase_if(result.back(), [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; });
  }
  return result;
}

std::vector<std::vector<std::string>> at_bars(Views texts) {
  std::vector<std::vector<std::string>> result;
  for (std::string_view text : texts) {
    auto& tokens = result.emplace_back();
    for (size_t bar; (bar = text.find('|')) != std::string_view::npos; text.remove_prefix(bar + 1))
      tokens.emplace_back(text.substr(0, bar));
    tokens.emplace_back(text);
  }
  return result;
}

using Strings = std::vector<std::string>;

TEST(TextFunction, TakesThePlaceOfItsSetting) {
  EXPECT_EQ(tokens_of("A1 b2", {.own_standardize = without_digits}), (Strings{"A", "b"}));
  EXPECT_EQ(tokens_of("A 1|B|", {.standardize = Standardize::lower, .own_split = at_bars}),
            (Strings{"a 1", "b", ""}));
  EXPECT_EQ(tokens_of("A 1|B!", {.standardize = Standardize::none, .own_split = at_bars}),
            (Strings{"A 1", "B!"}));
  EXPECT_EQ(tokens_of("x1|y|z", {.ngrams = {2, 1}, .own_standardize = without_digits, .own_split = at_bars}),
            (Strings{"x y", "y z", "x", "y", "z"}));
  EXPECT_EQ(tokens_of("A 1|B!", {.own_split = at_bars}), Strings{"a 1b"});  // Standardized before.
  EXPECT_EQ(tokens_of("", {.own_split = [](Views texts) { return std::vector<Strings>(texts.size()); }}),
            Strings{});
}

TEST(TextFunction, ReturnsAResultForEachText) {
  const auto one_less = [](Views texts) { return Strings(texts.size() - 1); };
  const auto one_more = [](Views texts) { return std::vector<Strings>(texts.size() + 1); };
  EXPECT_EQ(lacuna::message_of<InvalidArgument>([&] { tokens_of("a", {.own_standardize = one_less}); }),
            "tokens_of: standardize must return a text for each. Received: 0 texts for 1.");
  EXPECT_EQ(lacuna::message_of<InvalidArgument>([&] { tokens_of("a", {.own_split = one_more}); }),
            "tokens_of: split must return a list of tokens for each text. Received: 2 lists for 1 texts.");
}

TEST(TextFunction, IsCalledOnceForManyTexts) {
  std::vector<std::string> texts;
  for (int i = 0; i < 5000; ++i) texts.push_back("a" + std::to_string(i) + " b");
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  int calls = 0;
  const Tokenizing how{.own_standardize = [&](Views given) { return ++calls, without_digits(given); }};
  RowsOfIds rows;
  const std::vector<std::string_view> words{"a", "b"};
  ids_of_texts("test", views, how, Places{.vocabulary = Vocabulary(words)}, rows);
  EXPECT_EQ(calls, 1);
  ASSERT_EQ(rows.ids.size(), 10'000u);
  for (size_t i = 0; i < rows.ids.size(); ++i) ASSERT_EQ(rows.ids[i], static_cast<int64_t>(i % 2));
  Counter counter;
  count_texts("test", views, how, counter);
  EXPECT_EQ(counter.counts({}).counts, (std::vector<int64_t>{5000, 5000}));
}

}  // namespace
}  // namespace lacuna::features

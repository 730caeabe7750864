// Tokens, as Keras 3.15.1 with TensorFlow 2.21 gave them, as Python's re gave them for words, and as a slow
// loop does.
#include "lacuna/features/tokens.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "lacuna/base/error.h"
#include "lacuna/base/testing.h"
#include "lacuna/base/utf8.h"
#include "lacuna/features/testing.h"

namespace lacuna::features {
namespace {

using Tokens = std::vector<std::string>;

Tokens split_of(std::string_view text, Standardize standardize, Split split = Split::whitespace,
                std::vector<int> ngrams = {}) {
  const auto tokens = tokens_of(text, {standardize, split, std::move(ngrams)});
  return tokens ? *tokens : Tokens{"not UTF-8"};
}

constexpr auto kNone = Standardize::none, kLower = Standardize::lower,
               kStrip = Standardize::strip_punctuation, kBoth = Standardize::lower_and_strip_punctuation;

TEST(Tokens, AtWhiteSpaceAreKeras) {
  const std::string_view text = "don't - stop_it A-B a.b.c";
  EXPECT_EQ(split_of(text, kNone), (Tokens{"don't", "-", "stop_it", "A-B", "a.b.c"}));
  EXPECT_EQ(split_of(text, kLower), (Tokens{"don't", "-", "stop_it", "a-b", "a.b.c"}));
  EXPECT_EQ(split_of(text, kStrip), (Tokens{"dont", "stopit", "AB", "abc"}));
  EXPECT_EQ(split_of(text, kBoth), (Tokens{"dont", "stopit", "ab", "abc"}));
  EXPECT_EQ(split_of(text, kBoth, Split::none), (Tokens{"dont  stopit ab abc"}));
  for (const std::string_view nothing : {"", "   ", "\t\n\v\f\r"})
    EXPECT_EQ(split_of(nothing, kNone), Tokens{});
  EXPECT_EQ(split_of("... !", kBoth), Tokens{});
  EXPECT_EQ(split_of("... !", kNone), (Tokens{"...", "!"}));
  EXPECT_EQ(split_of("", kBoth, Split::none), Tokens{""});
}

TEST(Tokens, KeepBytesThatAreNotASCII) {
  EXPECT_EQ(split_of("naïve. ÉCOLE! «x»…", kBoth), (Tokens{"naïve", "École", "«x»…"}));
  EXPECT_EQ(split_of("a\xff.b\xc3.!c\xe2\x82", kBoth), Tokens{"a\xff"
                                                              "b\xc3"
                                                              "c\xe2\x82"});
  EXPECT_EQ(split_of("\xe2.\x82\xac!x", kStrip), Tokens{"\xe2\x82\xacx"});
  // Only ASCII's white space separates: not those of Unicode, and not the separators below 32.
  const std::string_view other =
      "\xc2\xa0"
      "a\xe3\x80\x80"
      "b\xc2\x85"
      "c\x1c"
      "d";
  EXPECT_EQ(split_of(other, kBoth), Tokens{std::string(other)});
  const std::string nul("a\0b\0 c.", 7);
  EXPECT_EQ(split_of(nul, kBoth), (Tokens{std::string("a\0b\0", 4), "c"}));
}

TEST(Tokens, MayBeCharacters) {
  EXPECT_EQ(split_of("aé日 b", kNone, Split::character), (Tokens{"a", "é", "日", " ", "b"}));
  EXPECT_EQ(split_of("A.É", kBoth, Split::character), (Tokens{"a", "É"}));
  EXPECT_EQ(split_of("a é", kBoth, Split::character, {1, 2}), (Tokens{"a", " ", "é", "a  ", "  é"}));
  EXPECT_EQ(split_of("", kBoth, Split::character), Tokens{});
  for (const std::string_view broken : {"a\xff", "a\xe2\x82", "\xed\xa0\x80", "\xc0\x80", "\x80"})
    EXPECT_EQ(split_of(broken, kBoth, Split::character), Tokens{"not UTF-8"});
}

TEST(Tokens, AreJoinedToNGramsInTheOrderOfKeras) {
  const auto of = [](std::string_view text, std::vector<int> ngrams) {
    return split_of(text, kBoth, Split::whitespace, std::move(ngrams));
  };
  EXPECT_EQ(of("a b c d", {1, 2, 3}), (Tokens{"a", "b", "c", "d", "a b", "b c", "c d", "a b c", "b c d"}));
  EXPECT_EQ(of("a,  b\nC", {2, 1}), (Tokens{"a b", "b c", "a", "b", "c"}));
  EXPECT_EQ(of("a b c d", {3, 3}), (Tokens{"a b c", "b c d", "a b c", "b c d"}));
  EXPECT_EQ(of("a b", {1, 3}), (Tokens{"a", "b"}));
  EXPECT_EQ(of("", {1, 2}), Tokens{});
  EXPECT_EQ(message_of<InvalidArgument>([&] {
              of("a", {1, 0});
            }),
            "tokens_of: ngrams must have lengths of 1 or more. Received: 0.");
}

// What Python 3.11 answers to re.findall(r"(?u)\b\w\w+\b", text.lower()).
TEST(Tokens, MayBeTheWordsOfScikitLearn) {
  const auto words = [](std::string_view text, Standardize how = kBoth) {
    return split_of(text, how, Split::words);
  };
  EXPECT_EQ(words("Don't PANIC: it's 42, snake_case_ a_ _ b! x"),
            (Tokens{"don", "panic", "it", "42", "snake_case_", "a_"}));
  EXPECT_EQ(words("ÉCOLE naïve Straße ÀÉ É"), (Tokens{"école", "naïve", "straße", "àé"}));
  EXPECT_EQ(words("日本語のテスト　東京"), (Tokens{"日本語のテスト", "東京"}));
  EXPECT_EQ(words("cafe\u0301s हिन्दी"), Tokens{"cafe"});
  EXPECT_EQ(words("İstanbul aİb"), (Tokens{"stanbul", "ai"}));
  EXPECT_EQ(words("ΟΔΟΣ ΟΔΟΣ.Α ΣΑΣ Σ' Σ ΑΣ\u0301 ΑΣ\u0301Β"), (Tokens{"οδος", "οδοσ", "σας", "ας", "ασ"}));
  EXPECT_EQ(words("ȺȾ ȺȾ x\u00b2\u00bd Ⅷb Ⓐx ٣٤"), (Tokens{"ⱥⱦ", "ⱥⱦ", "x²½", "ⅷb", "٣٤"}));
  EXPECT_EQ(words("É\u00a0\u2003ab\u2028cd—ef"), (Tokens{"ab", "cd", "ef"}));
  EXPECT_EQ(words("ÉCOLE A_B", kNone), (Tokens{"ÉCOLE", "A_B"}));
  EXPECT_EQ(split_of("Ab é cd É ef", kLower, Split::words, {2}), (Tokens{"ab cd", "cd ef"}));
  for (const std::string_view broken : {"ab\xff", "ab \xe2\x82", "\xed\xa0\x80 ab"})
    EXPECT_EQ(words(broken), Tokens{"not UTF-8"});
}

bool is_any_of(char c, std::string_view some) { return some.find(c) != std::string_view::npos; }

// Standardizes, then splits at white space, in a pass over the text for each.
Tokens slow_tokens(std::string text, Standardize how) {
  if (how == kLower || how == kBoth)
    for (char& c : text)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  if (how == kStrip || how == kBoth)
    std::erase_if(text, [](char c) { return is_any_of(c, "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"); });
  Tokens tokens;
  std::string token;
  for (const char c : text + ' ') {
    if (!is_any_of(c, " \t\n\v\f\r")) {
      token += c;
    } else if (!token.empty()) {
      tokens.push_back(std::exchange(token, {}));
    }
  }
  return tokens;
}

TEST(Tokens, OfRandomBytesAreThoseOfASlowLoop) {
  Generator random(7);
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (size_t size = random.below(60); size > 0; --size)
      text += random.below(2) ? static_cast<char>(random.below(256)) : "aZ ._\n"[random.below(6)];
    const auto how = static_cast<Standardize>(random.below(4));
    ASSERT_EQ(split_of(text, how), slow_tokens(text, how));
  }
}

TEST(Tokens, MayBeAMillionLettersLong) {
  const std::string longest(1'000'000, 'W');
  for (const Split split : {Split::whitespace, Split::words})
    EXPECT_EQ(split_of("a " + longest + ". bb", kLower, split).size(), split == Split::words ? 2 : 3);
  EXPECT_EQ(split_of(longest, kLower, Split::words), Tokens{std::string(1'000'000, 'w')});
  EXPECT_EQ(split_of(longest, kLower, Split::character).size(), 1'000'000);
}

// Random characters of Unicode, valid or not: an answer if and only if they are UTF-8, in either split.
TEST(Tokens, NeedUTF8ForCharactersAndWords) {
  Generator random(8);
  const std::vector<std::string> some = {"a", "Z",  " ", "é",      "É", "Σ", "İ",
                                         "Ⱥ", "日", "😀", "\u0301", "_", "'", "."};
  size_t broken = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (size_t size = random.below(30); size > 0; --size) text += some[random.below(some.size())];
    if (random.below(2) && !text.empty()) text.resize(random.below(text.size()));
    const bool valid = is_utf8(text);
    broken += !valid;
    for (const Split split : {Split::character, Split::words}) {
      const auto tokens = tokens_of(text, {kBoth, split, {1, 2}});
      ASSERT_EQ(tokens.has_value(), valid);
      if (!tokens) continue;
      for (const std::string& token : *tokens) ASSERT_TRUE(is_utf8(token));
    }
  }
  EXPECT_GT(broken, 100);
}

}  // namespace
}  // namespace lacuna::features

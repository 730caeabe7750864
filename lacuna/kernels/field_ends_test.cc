// The places of delimiters and ends of lines, against a loop over the bytes.
#include "lacuna/kernels/field_ends.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace lacuna::kernels {
namespace {

TEST(FieldEnds, AreThoseOfALoopOverTheBytes) {
  std::mt19937 random(1);
  for (size_t size = 0; size < 300; ++size) {
    const std::string letters =
        size % 2 ? std::string("a\t\n\x80\xff\0b", 7) : std::string("ab\t\nabcdef'", 12);
    std::string text;
    for (size_t i = 0; i < size; ++i) text += letters[random() % letters.size()];
    std::vector<uint32_t> wanted, wanted_lines;
    for (size_t i = 0; i < size; ++i) {
      if (text[i] == '\n') wanted_lines.push_back(static_cast<uint32_t>(wanted.size()));
      if (text[i] == '\t' || text[i] == '\n') wanted.push_back(static_cast<uint32_t>(i));
    }
    std::vector<uint32_t> ends(size + kFieldEndsSlack), lines(size + kFieldEndsSlack);
    const FieldEnds seen = field_ends(text.data(), size, '\t', '\'', ends.data(), lines.data());
    ends.resize(seen.fields);
    lines.resize(seen.lines);
    EXPECT_EQ(ends, wanted);
    EXPECT_EQ(lines, wanted_lines);
    EXPECT_EQ(seen.quoted, text.find('\'') != std::string::npos) << size;
    EXPECT_EQ(seen.beyond_ascii, std::ranges::any_of(text, [](char c) { return (c & 0x80) != 0; })) << size;
    EXPECT_EQ(count_lines(text.data(), size), wanted_lines.size());
  }
}

TEST(WordEnds, AreThoseOfALoopOverTheBytes) {
  std::mt19937 random(2);
  const std::string letters("ab \t\n:|\x80\xff\0\r", 11), marks(" \t\n:|");
  for (size_t size = 0; size < 300; ++size) {
    std::string text;
    for (size_t i = 0; i < size; ++i) text += letters[random() % (size % 2 ? letters.size() : 7)];
    std::vector<uint32_t> wanted;
    for (size_t i = 0; i < size; ++i)
      if (marks.find(text[i]) != std::string::npos) wanted.push_back(static_cast<uint32_t>(i));
    std::vector<uint32_t> ends(size + kFieldEndsSlack);
    ends.resize(word_ends(text.data(), size, ':', '|', ends.data()));
    EXPECT_EQ(ends, wanted);
  }
}

TEST(FieldEnds, FindADelimiterInEachByte) {
  const std::string text(200, '\t');
  std::vector<uint32_t> ends(text.size() + kFieldEndsSlack), lines(ends.size());
  EXPECT_EQ(field_ends(text.data(), text.size(), '\t', '"', ends.data(), lines.data()).fields, text.size());
  for (uint32_t i = 0; i < text.size(); ++i) EXPECT_EQ(ends[i], i);
}

}  // namespace
}  // namespace lacuna::kernels

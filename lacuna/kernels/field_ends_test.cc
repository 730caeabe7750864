// The places of delimiters and ends of lines, against a loop over the bytes.
#include "lacuna/kernels/field_ends.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace lacuna::kernels {
namespace {

TEST(FieldEnds, AreThoseOfALoopOverTheBytes) {
  std::mt19937 random(1);
  for (size_t size = 0; size < 300; ++size) {
    std::string text;
    for (size_t i = 0; i < size; ++i) text += "a\t\n\x80\xff\0b"[random() % 7];
    std::vector<uint32_t> wanted, ends(size + 1);
    size_t lines = 0;
    for (size_t i = 0; i < size; ++i) {
      if (text[i] == '\t' || text[i] == '\n') wanted.push_back(static_cast<uint32_t>(i));
      lines += text[i] == '\n';
    }
    ends.resize(field_ends(text.data(), size, '\t', ends.data()));
    EXPECT_EQ(ends, wanted);
    EXPECT_EQ(count_lines(text.data(), size), lines);
  }
}

}  // namespace
}  // namespace lacuna::kernels

// The classes of all bytes at all places, against <cctype> in the C locale.
#include "lacuna/kernels/byte_classes.h"

#include <gtest/gtest.h>

#include <cctype>
#include <random>
#include <string>
#include <vector>

namespace lacuna::kernels {
namespace {

TEST(ByteClasses, AreThoseOfALoopOverTheBytes) {
  std::mt19937 random(1);
  for (size_t size = 0; size < 300; ++size) {
    std::string text;
    for (size_t i = 0; i < size; ++i) text += static_cast<char>(random() % 256);
    for (int setting = 0; setting < 8; ++setting) {
      const ByteRules rules{(setting & 1) != 0, (setting & 2) != 0, (setting & 4) != 0};
      const size_t blocks = (size + 63) / 64;
      std::string copy(64 * blocks, 'x');
      std::vector<ByteClasses> classes(blocks);
      classify_bytes(text.data(), size, rules, copy.data(), classes.data());
      for (size_t i = 0; i < 64 * blocks; ++i) {
        const int c = i < size ? static_cast<unsigned char>(text[i]) : ' ';
        const bool ascii = c < 128, word = ascii && (std::isalnum(c) || c == '_');
        const bool separates = rules.words ? !word : ascii && std::isspace(c);
        const bool keeps = rules.words ? word : !separates && !(rules.strip && ascii && std::ispunct(c));
        const auto bit = [i](uint64_t bits) { return (bits >> (i % 64) & 1) != 0; };
        ASSERT_EQ(bit(classes[i / 64].keep), keeps) << c;
        ASSERT_EQ(bit(classes[i / 64].separate), separates) << c;
        ASSERT_EQ(bit(classes[i / 64].beyond_ascii), !ascii) << c;
        const int copied = rules.lower && ascii ? std::tolower(c) : c;
        ASSERT_TRUE(i >= size || static_cast<unsigned char>(copy[i]) == copied) << c;
      }
    }
  }
}

TEST(ByteClasses, OneByteBeyondAsciiIsFoundAnywhere) {
  for (const size_t size : {0, 1, 15, 64, 100, 4095, 4096, 4097, 9000}) {
    std::string text(size, 'a');
    EXPECT_TRUE(is_ascii(text.data(), size));
    for (size_t i = 0; i < size; i += 1 + i / 50) {
      text[i] = '\x80';
      EXPECT_FALSE(is_ascii(text.data(), size)) << i << " of " << size;
      EXPECT_TRUE(is_ascii(text.data(), i));
      text[i] = '\x7f';
    }
  }
}

}  // namespace
}  // namespace lacuna::kernels

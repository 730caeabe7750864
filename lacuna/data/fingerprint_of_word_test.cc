// The fingerprints that are inline, against the library's.
#include "lacuna/data/fingerprint_of_word.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace lacuna::data {
namespace {

TEST(FingerprintOfWord, IsThatOfTheLibrary) {
  std::mt19937 random(1);
  for (size_t size = 0; size < 40; ++size)
    for (int i = 0; i < 50; ++i) {
      std::string word(size, ' ');
      for (char& c : word) c = static_cast<char>(random());
      EXPECT_EQ(fingerprint_of_word(word.data(), size), util::Fingerprint64(word.data(), size)) << size;
    }
}

}  // namespace
}  // namespace lacuna::data

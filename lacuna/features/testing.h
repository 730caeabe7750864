// What the tests of this room share.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "lacuna/base/random.h"
#include "lacuna/base/threads.h"

namespace lacuna::features {

inline std::vector<std::string_view> views(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

// Random words of some letters, of which short ones are frequent; any bytes, the empty word too.
inline std::vector<std::string> random_words(size_t count, uint64_t seed) {
  Generator random(seed);
  std::vector<std::string> words(count);
  for (std::string& word : words) {
    const size_t size = random.below(random.below(12) + 1);
    for (size_t i = 0; i < size; ++i) word += "ab\0\xc3\xa9\xff z"[random.below(8)];
  }
  return words;
}

// Sets the number of threads while it lives.
class Threads {
 public:
  explicit Threads(size_t count) : before_(num_threads()) { set_num_threads(count); }
  ~Threads() { set_num_threads(before_); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

 private:
  size_t before_;
};

}  // namespace lacuna::features

// Writes a click log to the standard output, as fast as it can be read: `click_log rows [seed]`. A line has
// the fields of bench/clicks.py: a label, 13 numbers and 26 words of 8 hexadecimal digits, with tabs between
// them.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace {

// SplitMix64.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t operator()() { return mixed(state_ += 0x9E3779B97F4A7C15); }
  static uint64_t mixed(uint64_t x) {
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9;
    x = (x ^ x >> 27) * 0x94D049BB133111EB;
    return x ^ x >> 31;
  }

 private:
  uint64_t state_;
};

constexpr int kNumbers = 13, kWords = 26;

char* put_number(char* to, uint32_t number) {
  char digits[10];
  int count = 0;
  do digits[count++] = static_cast<char>('0' + number % 10);
  while (number /= 10);
  while (count) *to++ = digits[--count];
  return to;
}

char* put_word(char* to, uint32_t word) {
  for (int shift = 28; shift >= 0; shift -= 4) *to++ = "0123456789abcdef"[word >> shift & 15];
  return to;
}

// A few ranks are frequent, and most are rare: each number of bits is as likely.
uint32_t some_rank(uint64_t bits, unsigned most_bits) {
  return static_cast<uint32_t>(bits & ((uint64_t{2} << (bits >> 32) % most_bits) - 1));
}

// Fills the fields behind the label, and returns the log odds of a click.
char* put_fields(char* to, Random& random, double& odds) {
  for (int i = 0; i < kNumbers; ++i) {
    const uint64_t bits = random();
    *to++ = '\t';
    if (bits >> 58 >= 6) to = put_number(to, some_rank(bits, 14));
  }
  for (unsigned i = 0; i < kWords; ++i) {
    const uint64_t bits = random();
    *to++ = '\t';
    if (bits >> 59 == 0) continue;
    const auto word =
        static_cast<uint32_t>(Random::mixed(some_rank(bits, 3 + i * 17 / (kWords - 1)) * uint64_t{64} + i));
    odds += word % 2001 / 4000.0 - 0.25;
    to = put_word(to, word);
  }
  return to;
}

}  // namespace

int main(int argc, char** argv) {
  const long long rows = argc > 1 ? std::atoll(argv[1]) : 0;
  if (rows <= 0) return std::fputs("click_log: rows must be positive: click_log rows [seed]\n", stderr), 2;
  Random random(argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 6);
  constexpr size_t kBytes = size_t{1} << 20, kLine = 512;
  std::vector<char> text(kBytes);
  char* p = text.data();
  for (long long row = 0; row < rows; ++row) {
    double odds = -1;
    char* const label = p++;
    p = put_fields(p, random, odds);
    *p++ = '\n';
    *label = static_cast<double>(random() >> 11) * 0x1p-53 * (1 + std::exp(-odds)) < 1 ? '1' : '0';
    const auto size = static_cast<size_t>(p - text.data());
    if (size + kLine < kBytes && row + 1 < rows) continue;
    if (std::fwrite(text.data(), 1, size, stdout) != size) return 1;
    p = text.data();
  }
  return std::fflush(stdout) != 0;
}

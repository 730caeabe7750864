#include "lacuna/features/lookup.h"

#include <algorithm>

#include "lacuna/base/error.h"
#include "lacuna/base/names.h"
#include "lacuna/base/threads.h"
#include "lacuna/features/binning.h"

namespace lacuna::features {
namespace {

constexpr size_t kLookupsABlock = 4096;

std::string shown(std::string_view word) { return in_quotes(word); }
std::string shown(int64_t number) { return std::to_string(number); }

int64_t remainder(int64_t number, int64_t by) { return (number % by + by) % by; }  // 0 to by - 1.

// Puts the place for unknown values where the vocabulary has none, and the masked value's.
template <class Value>
void finish(const char* where, std::span<const Value> values, const std::optional<Value>& mask,
            const LookupRule& rule, std::span<int64_t> indices) {
  const int64_t masked = rule.bags ? -1 : 0, oov = rule.first_oov(), known = rule.first_known();
  const Hashing by_hash{.num_bins = std::max<int64_t>(1, rule.num_oov_indices), .salt = rule.salt};
  const Binning binning(by_hash);
  parallel_for(values.size(), kLookupsABlock, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      if (mask && values[i] == *mask) indices[i] = masked;
      else if (indices[i] >= 0) indices[i] += known;
      else if (rule.num_oov_indices == 1) indices[i] = oov;
      else if (rule.ignores_oov) indices[i] = -1;
      else if (rule.num_oov_indices == 0)
        throw InvalidArgument(where,
                              ": with num_oov_indices=0 all values must be in the vocabulary. Received: ",
                              shown(values[i]), " at place ", i, ".");
      else if constexpr (std::is_same_v<Value, int64_t>)
        indices[i] =
            oov + (rule.hash_numbers ? binning.of(values[i]) : remainder(values[i], rule.num_oov_indices));
      else indices[i] = oov + binning.of(values[i]);
    }
  });
}

}  // namespace

void look_up(const char* where, std::span<const std::string_view> words, const Vocabulary& vocabulary,
             const LookupRule& rule, std::span<int64_t> indices) {
  vocabulary.find(words, indices);
  std::optional<std::string_view> mask;
  if (rule.mask_word) mask = *rule.mask_word;
  finish(where, words, mask, rule, indices);
}

void look_up(const char* where, std::span<const int64_t> numbers, const IntegerVocabulary& vocabulary,
             const LookupRule& rule, std::span<int64_t> indices) {
  vocabulary.find(numbers, indices);
  finish(where, numbers, rule.mask_number, rule, indices);
}

}  // namespace lacuna::features

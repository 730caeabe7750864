// Counts words, or whole numbers, to make a vocabulary of those that occur most.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "lacuna/base/export.h"
#include "lacuna/features/vocabulary.h"

namespace LACUNA_EXPORT lacuna {
namespace features {

// What was counted: the counts of word i of the vocabulary, and in how many documents it is.
template <class V>
struct Counts {
  V vocabulary{};
  std::vector<int64_t> counts{}, document_counts{};
  int64_t documents = 0;  // All that were added.
};

template <class Value>
struct CountLimits {
  std::optional<int64_t> max_tokens{};  // The most words that are kept.
  int64_t min_count = 1;                // Rarer words are not.
  std::vector<Value> without{};         // Words that are not either.
};

// Value is std::string_view or int64_t. Each call of add() counts on all threads; calls must not be at the
// same time. Words are copied.
template <class Value, class V>
class BasicCounter {
 public:
  BasicCounter();
  ~BasicCounter();
  BasicCounter(BasicCounter&&) noexcept;
  BasicCounter& operator=(BasicCounter&&) noexcept;

  // Documents of `values_a_document` values each, which must divide their number.
  void add(std::span<const Value> values, size_t values_a_document = 1);
  // Document d is the values from indptr[d] up to indptr[d + 1]. Throws InvalidArgument unless indptr rises
  // from 0 or more to at most the number of values.
  void add(std::span<const Value> values, std::span<const int64_t> indptr);

  // Those counted so far, with Keras' order: the most frequent first, of equally frequent ones the largest
  // first (bytes of words are compared as they are). The result depends on no number of threads.
  Counts<V> counts(const CountLimits<Value>& limits = {}) const;

  // Of functions of this room that add in other ways.
  struct Parts;
  Parts& parts() { return *parts_; }

 private:
  std::unique_ptr<Parts> parts_;
};

using Counter = BasicCounter<std::string_view, Vocabulary>;
using IntegerCounter = BasicCounter<int64_t, IntegerVocabulary>;

extern template class BasicCounter<std::string_view, Vocabulary>;
extern template class BasicCounter<int64_t, IntegerVocabulary>;

}  // namespace features
}  // namespace lacuna

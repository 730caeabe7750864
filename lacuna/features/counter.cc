// Each thread counts for itself. In the end the values are dealt by their hashes to as many threads, each of
// which adds up the counts of its own and sorts them; then the sorted lists are merged.
#include "lacuna/features/counter.h"

#include <iterator>
#include <unordered_set>
#include <utility>

#include "lacuna/base/error.h"
#include "lacuna/features/counter_parts.h"

namespace lacuna::features {
namespace {

constexpr size_t kCountedAtOnce = 16'384;  // Values that a thread takes.

template <class Value, class Tally>
std::vector<Ranked<Value>> ranked(const Tally& tally, const CountLimits<Value>& limits,
                                  const std::unordered_set<Value>& without) {
  std::vector<Ranked<Value>> result;
  result.reserve(tally.entries().size());
  for (const auto& entry : tally.entries())
    if (entry.met.count >= limits.min_count && (without.empty() || !without.contains(entry.value)))
      result.push_back({entry.met.count, Tally::rank(entry.value), entry.value, entry.met.documents});
  const size_t kept =
      limits.max_tokens ? std::min(result.size(), static_cast<size_t>(*limits.max_tokens)) : result.size();
  if (kept < result.size()) {
    std::nth_element(result.begin(), result.begin() + static_cast<std::ptrdiff_t>(kept), result.end());
    result.resize(kept);
  }
  std::sort(result.begin(), result.end());
  return result;
}

Vocabulary vocabulary_of(const std::vector<Ranked<std::string_view>>& order) {
  std::vector<std::string_view> words(order.size());
  std::ranges::transform(order, words.begin(), &Ranked<std::string_view>::value);
  return Vocabulary(words);
}

IntegerVocabulary vocabulary_of(const std::vector<Ranked<int64_t>>& order) {
  std::vector<int64_t> numbers(order.size());
  std::ranges::transform(order, numbers.begin(), &Ranked<int64_t>::value);
  return IntegerVocabulary(std::move(numbers));
}

}  // namespace

template <class Value, class V>
BasicCounter<Value, V>::BasicCounter() : parts_(std::make_unique<Parts>()) {}
template <class Value, class V>
BasicCounter<Value, V>::~BasicCounter() = default;
template <class Value, class V>
BasicCounter<Value, V>::BasicCounter(BasicCounter&&) noexcept = default;
template <class Value, class V>
BasicCounter<Value, V>& BasicCounter<Value, V>::operator=(BasicCounter&&) noexcept = default;

template <class Value, class V>
void BasicCounter<Value, V>::add(std::span<const Value> values, size_t values_a_document) {
  LACUNA_REQUIRE(values_a_document > 0 && values.size() % values_a_document == 0,
                 "Counter: values_a_document must divide the number of values. Received: values_a_document=",
                 values_a_document, ", values=", values.size(), ".");
  const int64_t first = parts_->documents;
  parts_->add_documents(
      values.size() / values_a_document, std::max<size_t>(kCountedAtOnce / values_a_document, 1),
      [&](auto& tally, size_t begin, size_t end) {
        for (size_t d = begin; d < end; ++d)
          for (const Value& value : values.subspan(d * values_a_document, values_a_document))
            tally.add(value, first + static_cast<int64_t>(d));
      });
}

template <class Value, class V>
void BasicCounter<Value, V>::add(std::span<const Value> values, std::span<const int64_t> indptr) {
  LACUNA_REQUIRE(
      !indptr.empty() && indptr.front() >= 0 && std::ranges::is_sorted(indptr) &&
          static_cast<size_t>(indptr.back()) <= values.size(),
      "Counter: indptr must rise from 0 or more to at most the number of values. Received: indptr=",
      indptr.size(), " values, values=", values.size(), ".");
  const size_t count = indptr.size() - 1;
  const int64_t first = parts_->documents;
  const auto all = static_cast<size_t>(indptr.back() - indptr.front());
  const size_t grain = std::max<size_t>(kCountedAtOnce / (all / std::max<size_t>(count, 1) + 1), 1);
  parts_->add_documents(count, grain, [&](auto& tally, size_t begin, size_t end) {
    for (size_t d = begin; d < end; ++d)
      for (int64_t k = indptr[d]; k < indptr[d + 1]; ++k)
        tally.add(values[static_cast<size_t>(k)], first + static_cast<int64_t>(d));
  });
}

template <class Value, class V>
Counts<V> BasicCounter<Value, V>::counts(const CountLimits<Value>& limits) const {
  LACUNA_REQUIRE(!limits.max_tokens || *limits.max_tokens >= 0,
                 "Counter: max_tokens must be 0 or more. Received: max_tokens=", *limits.max_tokens, ".");
  const std::unordered_set<Value> without(limits.without.begin(), limits.without.end());
  const auto& tallies = parts_->tallies;
  std::vector<std::vector<Ranked<Value>>> lists(tallies.size());
  if (lists.size() == 1) {
    lists[0] = ranked(tallies[0], limits, without);
  } else {
    using Tally = typename Parts::Tally;
    parallel_for(lists.size(), 1, [&](size_t part, size_t) {
      Tally sums;
      for (const Tally& tally : tallies)
        for (const auto& entry : tally.entries())
          if (Tally::part(entry) % lists.size() == part) sums.add(entry);
      lists[part] = ranked(sums, limits, without);
    });
  }
  std::vector<Ranked<Value>> order;
  for (auto& list : lists) {
    if (order.empty()) {
      order = std::move(list);
      continue;
    }
    std::vector<Ranked<Value>> both;
    both.reserve(order.size() + list.size());
    std::ranges::merge(order, list, std::back_inserter(both), std::less<>());
    order = std::move(both);
  }
  if (limits.max_tokens) order.resize(std::min(order.size(), static_cast<size_t>(*limits.max_tokens)));

  Counts<V> result;
  result.vocabulary = vocabulary_of(order);
  result.documents = parts_->documents;
  result.counts.reserve(order.size());
  result.document_counts.reserve(order.size());
  for (const Ranked<Value>& word : order) {
    result.counts.push_back(word.count);
    result.document_counts.push_back(word.documents);
  }
  return result;
}

template class BasicCounter<std::string_view, Vocabulary>;
template class BasicCounter<int64_t, IntegerVocabulary>;

}  // namespace lacuna::features

#include "lacuna/features/vocabulary.h"

#include <algorithm>
#include <utility>

#include "lacuna/base/error.h"
#include "lacuna/base/names.h"
#include "lacuna/base/threads.h"
#include "lacuna/features/word_slots.h"

namespace lacuna::features {
namespace {

constexpr size_t kWordsABlock = 4096;
// How many words are looked up at the same time, so that they wait for memory together: first for their own
// bytes, then for the table, the offsets, and the bytes of the vocabulary.
constexpr size_t kWordsAtOnce = 64;
constexpr size_t kInCache = 8192;  // So many words do not wait.

}  // namespace

struct Vocabulary::Content {
  std::vector<char> bytes{};
  std::vector<int64_t> offsets{0};
  WordSlots slots{};

  size_t size() const { return offsets.size() - 1; }
  std::string_view word(size_t place) const {
    return {bytes.data() + offsets[place], static_cast<size_t>(offsets[place + 1] - offsets[place])};
  }
  int64_t find(uint64_t hash, std::string_view wanted) const {
    return slots.find(hash, [&](size_t place) { return word(place) == wanted; });
  }

  void check_offsets() const {
    LACUNA_REQUIRE(!offsets.empty() && offsets.front() == 0 && std::ranges::is_sorted(offsets) &&
                       static_cast<size_t>(offsets.back()) == bytes.size(),
                   "Vocabulary: offsets must rise from 0 to the number of bytes. Received: offsets=",
                   offsets.size(), " values, bytes=", bytes.size(), ".");
    LACUNA_REQUIRE(size() <= WordSlots::kMost,
                   "Vocabulary: there must be fewer than 2^32 - 1 words. Received: ", size(), ".");
  }

  // Fills the table.
  void number_words() {
    check_offsets();
    slots = WordSlots(size());
    std::vector<uint64_t> hashes(std::min(size(), 64 * kWordsABlock));
    for (size_t from = 0; from < size(); from += hashes.size()) {
      const size_t count = std::min(hashes.size(), size() - from);
      parallel_for(count, kWordsABlock, [&](size_t begin, size_t end) {
        for (size_t i = begin; i < end; ++i) hashes[i] = hash_of(word(from + i));
      });
      for (size_t i = 0; i < count; ++i) {
        if (i + kWordsAtOnce < count) slots.prefetch(hashes[i + kWordsAtOnce]);
        const size_t place = from + i;
        const int64_t before = find(hashes[i], word(place));
        LACUNA_REQUIRE(before < 0, "Vocabulary: words must differ. Received: ", in_quotes(word(place)),
                       " at ", before, " and ", place, ".");
        slots.insert(hashes[i], place);
      }
    }
  }
};

Vocabulary::Vocabulary() {
  static const auto nothing = std::make_shared<const Content>();
  content_ = nothing;
}

Vocabulary::Vocabulary(std::span<const std::string_view> words) {
  auto content = std::make_shared<Content>();
  content->offsets.resize(words.size() + 1);
  for (size_t i = 0; i < words.size(); ++i)
    content->offsets[i + 1] = content->offsets[i] + static_cast<int64_t>(words[i].size());
  content->bytes.resize(static_cast<size_t>(content->offsets.back()));
  for (size_t i = 0; i < words.size(); ++i)
    std::ranges::copy(words[i], content->bytes.begin() + content->offsets[i]);
  content->number_words();
  content_ = std::move(content);
}

Vocabulary::Vocabulary(std::vector<char> bytes, std::vector<int64_t> offsets) {
  auto content = std::make_shared<Content>();
  content->bytes = std::move(bytes);
  content->offsets = std::move(offsets);
  content->number_words();
  content_ = std::move(content);
}

size_t Vocabulary::size() const { return content_->size(); }
std::string_view Vocabulary::word(size_t place) const { return content_->word(place); }
std::span<const char> Vocabulary::bytes() const { return content_->bytes; }
std::span<const int64_t> Vocabulary::offsets() const { return content_->offsets; }

int64_t Vocabulary::find(std::string_view word) const { return content_->find(hash_of(word), word); }

void Vocabulary::find(std::span<const std::string_view> words, std::span<int64_t> places) const {
  parallel_for(words.size(), kWordsABlock, [&](size_t begin, size_t end) {
    find_here(words.subspan(begin, end - begin), places.subspan(begin, end - begin));
  });
}

void Vocabulary::find_here(std::span<const std::string_view> words, std::span<int64_t> places) const {
  const Content& content = *content_;
  if (size() <= kInCache) {
    for (size_t i = 0; i < words.size(); ++i) places[i] = content.find(hash_of(words[i]), words[i]);
    return;
  }
  const auto prefetch_words = [&](size_t from) {
    const size_t end = std::min(from + kWordsAtOnce, words.size());
    for (size_t i = from; i < end; ++i) __builtin_prefetch(words[i].data());
  };
  uint64_t hashes[kWordsAtOnce];
  prefetch_words(0);
  for (size_t from = 0; from < words.size(); from += kWordsAtOnce) {
    const auto some = words.subspan(from, std::min(kWordsAtOnce, words.size() - from));
    const auto to = places.subspan(from, some.size());
    prefetch_words(from + kWordsAtOnce);
    for (size_t i = 0; i < some.size(); ++i) content.slots.prefetch(hashes[i] = hash_of(some[i]));
    for (size_t i = 0; i < some.size(); ++i) {
      to[i] = content.slots.candidate(hashes[i]);
      if (to[i] >= 0) __builtin_prefetch(&content.offsets[static_cast<size_t>(to[i])]);
    }
    for (const int64_t place : to)
      if (place >= 0) __builtin_prefetch(content.bytes.data() + content.offsets[static_cast<size_t>(place)]);
    for (size_t i = 0; i < some.size(); ++i)
      if (to[i] >= 0 && content.word(static_cast<size_t>(to[i])) != some[i])
        to[i] = content.find(hashes[i], some[i]);
  }
}

struct IntegerVocabulary::Content {
  std::vector<int64_t> numbers{};
  HashedSlots<int64_t> slots{};
};

IntegerVocabulary::IntegerVocabulary() {
  static const auto nothing = std::make_shared<const Content>();
  content_ = nothing;
}

IntegerVocabulary::IntegerVocabulary(std::vector<int64_t> numbers) {
  auto content = std::make_shared<Content>();
  content->slots.reserve(numbers.size());
  for (size_t place = 0; place < numbers.size(); ++place) {
    const int64_t before = content->slots.find(numbers[place]);
    LACUNA_REQUIRE(before < 0, "IntegerVocabulary: numbers must differ. Received: ", numbers[place], " at ",
                   before, " and ", place, ".");
    content->slots.insert(numbers[place], place);
  }
  content->numbers = std::move(numbers);
  content_ = std::move(content);
}

size_t IntegerVocabulary::size() const { return content_->numbers.size(); }
std::span<const int64_t> IntegerVocabulary::numbers() const { return content_->numbers; }

int64_t IntegerVocabulary::find(int64_t number) const { return content_->slots.find(number); }

void IntegerVocabulary::find(std::span<const int64_t> numbers, std::span<int64_t> places) const {
  const auto& slots = content_->slots;
  parallel_for(numbers.size(), kWordsABlock, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      if (i + kWordsAtOnce < end) slots.prefetch(numbers[i + kWordsAtOnce]);
      places[i] = slots.find(numbers[i]);
    }
  });
}

}  // namespace lacuna::features

// Words, or whole numbers, in an order, and the place of each.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "lacuna/base/export.h"

namespace LACUNA_EXPORT lacuna {
namespace features {

// Never changes, so that threads may share it, and it is cheap to copy. Word i is the bytes from offsets()[i]
// up to offsets()[i + 1]: these two arrays are all that a file need keep.
class Vocabulary {
 public:
  Vocabulary();  // Of no words.

  // Both throw InvalidArgument if a word is there twice, or offsets do not rise from 0 to the number of
  // bytes.
  explicit Vocabulary(std::span<const std::string_view> words);
  Vocabulary(std::vector<char> bytes, std::vector<int64_t> offsets);

  size_t size() const;
  std::string_view word(size_t place) const;
  std::span<const char> bytes() const;
  std::span<const int64_t> offsets() const;  // size() + 1 of them.

  // The place of a word, or -1.
  int64_t find(std::string_view word) const;
  // The same for many words, on all threads. `places` must be as long as `words`.
  void find(std::span<const std::string_view> words, std::span<int64_t> places) const;
  // On this thread alone.
  void find_here(std::span<const std::string_view> words, std::span<int64_t> places) const;

 private:
  struct Content;
  std::shared_ptr<const Content> content_;
};

// The same for whole numbers.
class IntegerVocabulary {
 public:
  IntegerVocabulary();
  // Throws InvalidArgument if a number is there twice.
  explicit IntegerVocabulary(std::vector<int64_t> numbers);

  size_t size() const;
  std::span<const int64_t> numbers() const;

  int64_t find(int64_t number) const;
  void find(std::span<const int64_t> numbers, std::span<int64_t> places) const;

 private:
  struct Content;
  std::shared_ptr<const Content> content_;
};

}  // namespace features
}  // namespace lacuna

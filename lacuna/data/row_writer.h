// Writes rows into a block, value by value: what a value of a column means, whatever it was read from.
#pragma once
#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "lacuna/base/utf8.h"
#include "lacuna/data/column_layout.h"
#include "lacuna/data/number.h"
#include "lacuna/features/fingerprint.h"

namespace lacuna::data {

// Whether the values of a column are numbers, and not words or whole numbers.
inline bool takes_numbers(Column::Kind kind) {
  return kind == Column::Kind::number || kind == Column::Kind::label || kind == Column::Kind::sample_weight;
}

// Not thread-safe; each thread has its own. Its loops over values are inlined in the readers.
class RowWriter {
 public:
  static constexpr const char* kBrokenWord = "a word must be valid UTF-8";

  explicit RowWriter(const ColumnLayout& layout)
      : layout_(layout), parts_(layout.schema().size()), texts_(layout.schema().size()) {}

  const ColumnLayout& layout() const { return layout_; }

  // Makes room in the block, which keeps its memory. list_items: how many entries lists may have, in all.
  // check_words: words and texts may be broken UTF-8; else it is known that they are not.
  void begin(RowBlock& block, size_t rows, size_t list_items, bool check_words = true);
  // Ends the block.
  void finish();

  // Each row begins and ends, or is dropped after a value that failed.
  void begin_row();
  void end_row();
  void drop_row();

  // Each uses a value of the row that has begun. False if it is not understood: then reason() says why. An
  // empty text is a missing value.
  bool use_text(const FieldUse& use, std::string_view field);
  bool use_number(const FieldUse& use, double value);         // A label, weight or number.
  bool use_whole(const FieldUse& use, int64_t value);         // An id, or a query id.
  bool use_word(const FieldUse& use, std::string_view word);  // One of a category's.
  // A whole number of 64 bits for any kind of column: a category is its text.
  template <class T>
  bool use_integer(const FieldUse& use, T value);

  // Whether it is a word: valid UTF-8.
  bool is_word(std::string_view word) const { return !check_words_ || is_utf8(word); }
  bool checks_words() const { return check_words_; }
  // The category of a word.
  static Dim category(const FieldUse& use, std::string_view word);
  // The bucket of a number; -1 if it is not understood.
  Dim bucket_of_text(const FieldUse& use, std::string_view field);
  // Adds a category.
  bool put(const FieldUse& use, Dim id, float value = 1);
  // Adds a category of `count` neighbouring columns each: write(to) must fill to[0], …, to[count - 1], of
  // int32 or int64, with what is in the range of each column.
  template <class Write>
  void put_several(const FieldUse& first, size_t count, const Write& write);

  bool fail(const char* reason, const FieldUse* use = nullptr);
  const char* reason() const { return reason_; }
  const FieldUse* failed() const { return failed_; }

 private:
  // Where the next values of a part go.
  struct Part {
    float* values = nullptr;         // Of a csr input.
    int32_t* narrow_ends = nullptr;  // Its row pointers: these,
    int64_t* wide_ends = nullptr;    // or these.
    int32_t* narrow = nullptr;       // Columns or ids: these,
    int64_t* wide = nullptr;         // or these.
    size_t entries = 0;
    size_t row_begin = 0;  // Of the entries.
    bool sorted = true;
    Dim last = -1;  // Column of this row.
  };

  // The texts of a part: where each is among the bytes.
  struct Texts {
    struct Place {
      size_t begin, size;
    };
    bool given = false;
    std::vector<Place> places{};
    std::string bytes{};
    size_t row_begin = 0;  // Of the bytes.
  };

  bool use_string(const FieldUse& use, std::string_view field);
  bool use_words(const FieldUse& use, std::string_view field);
  bool use_ids(const FieldUse& use, std::string_view field);
  bool use_number_text(const FieldUse& use, std::string_view field);
  void sort_row(Part& part);

  const ColumnLayout& layout_;
  RowBlock* block_ = nullptr;
  std::vector<Part> parts_;
  std::vector<Texts> texts_;  // Of the same parts. They are copied to the block at its end.
  bool has_texts_ = false;
  size_t rows_ = 0;
  bool check_words_ = true;
  const char* reason_ = nullptr;
  const FieldUse* failed_ = nullptr;
  std::vector<std::pair<Dim, float>> order_{};
};

inline bool RowWriter::fail(const char* reason, const FieldUse* use) {
  reason_ = reason;
  failed_ = use;
  return false;
}

[[gnu::always_inline]] inline void RowWriter::begin_row() {
  for (Part& part : parts_) {
    part.row_begin = part.entries;
    part.sorted = true;
    part.last = -1;
  }
  if (has_texts_)
    for (Texts& texts : texts_) texts.row_begin = texts.bytes.size();
}

[[gnu::always_inline]] inline void RowWriter::end_row() {
  ++rows_;
  for (Part& part : parts_) {
    if (!part.values) continue;
    if (!part.sorted) sort_row(part);
    if (part.wide) part.wide_ends[rows_] = static_cast<int64_t>(part.entries);
    else part.narrow_ends[rows_] = static_cast<int32_t>(part.entries);
  }
}

inline void RowWriter::drop_row() {
  for (Part& part : parts_) part.entries = part.row_begin;
  for (Texts& texts : texts_) texts.bytes.resize(texts.row_begin);
}

[[gnu::always_inline]] inline bool RowWriter::put(const FieldUse& use, Dim id, float value) {
  Part& part = parts_[use.part];
  id += use.offset;
  if (!part.values) {
    const size_t at = rows_ * layout_.fields_of(use.part) + use.place;
    if (part.wide) part.wide[at] = id;
    else part.narrow[at] = static_cast<int32_t>(id);
    return true;
  }
  part.sorted = part.sorted && id > part.last;
  part.last = id;
  if (part.wide) part.wide[part.entries] = id;
  else part.narrow[part.entries] = static_cast<int32_t>(id);
  part.values[part.entries++] = value;
  return true;
}

template <class Write>
[[gnu::always_inline]] inline void RowWriter::put_several(const FieldUse& first, size_t count,
                                                          const Write& write) {
  Part& part = parts_[first.part];
  size_t at = rows_ * layout_.fields_of(first.part) + first.place;
  if (part.values) {
    at = part.entries;
    std::fill_n(part.values + at, count, 1.0F);
    part.entries += count;
    part.sorted = part.sorted && first.offset > part.last;
  }
  if (part.wide) write(part.wide + at);
  else write(part.narrow + at);
  if (part.values) part.last = part.wide ? part.wide[part.entries - 1] : part.narrow[part.entries - 1];
}

[[gnu::always_inline]] inline Dim RowWriter::category(const FieldUse& use, std::string_view word) {
  if (use.words.empty()) {
    return static_cast<Dim>(use.bins.remainder(features::fingerprint(word)));
  }
  const auto found = use.words.find(word);
  return found == use.words.end() ? 0 : found->second;
}

[[gnu::always_inline]] inline bool RowWriter::use_word(const FieldUse& use, std::string_view word) {
  return is_word(word) ? put(use, category(use, word)) : fail(kBrokenWord, &use);
}

[[gnu::always_inline]] inline bool RowWriter::use_words(const FieldUse& use, std::string_view field) {
  const char separator = use.separator;
  for (;;) {
    const size_t at = separator ? field.find(separator) : std::string_view::npos;
    if ((!separator || !field.empty()) && !use_word(use, field.substr(0, at))) return false;
    if (at == std::string_view::npos) return true;
    field.remove_prefix(at + 1);
  }
}

[[gnu::always_inline]] inline bool RowWriter::use_number(const FieldUse& use, double value) {
  if (use.kind == Column::Kind::label) {
    const auto single = static_cast<float>(value);
    if (!std::isfinite(single)) return fail("a label must be a finite number", &use);
    block_->parts[use.part].dense().values<float>()[rows_] = single;
    return true;
  }
  if (use.kind == Column::Kind::sample_weight) {
    if (!(value >= 0) || !std::isfinite(value))
      return fail("a weight must be a finite number, 0 or more", &use);
    block_->parts[use.part].dense().values<double>()[rows_] = value;
    return true;
  }
  if (!std::isfinite(value)) return fail("a number must be finite, and nothing else", &use);
  if (use.width == 1) {
    const auto single = static_cast<float>(use.transformed(value));
    if (!std::isfinite(single)) return fail("a number must be finite in float32, after its transform", &use);
    return put(use, 0, single);
  }
  const Dim bucket = use.bucket(value);
  if (bucket < 0) return fail("a number must have a finite transform", &use);
  return put(use, bucket);
}

inline Dim RowWriter::bucket_of_text(const FieldUse& use, std::string_view field) {
  double value = 0;
  if (field.empty()) {
    if (!use.column->missing) return 0;
    value = *use.column->missing;
  } else if (const char* const end = field.data() + field.size();
             read_number(field.data(), end, value) != end) {
    fail("a number must be finite, and nothing else", &use);
    return -1;
  }
  const Dim bucket = use.bucket(value);
  if (bucket < 0) fail("a number must have a finite transform", &use);
  return bucket;
}

[[gnu::always_inline]] inline bool RowWriter::use_number_text(const FieldUse& use, std::string_view field) {
  if (use.width > 1) {
    const Dim bucket = bucket_of_text(use, field);
    return bucket >= 0 && put(use, bucket);
  }
  double value = 0;
  if (field.empty()) {
    if (!use.column->missing)
      return fail("a number must be given, unless `missing` says what it counts as", &use);
    value = *use.column->missing;
  } else if (const char* const end = field.data() + field.size();
             read_number(field.data(), end, value) != end) {
    return fail("a number must be finite, and nothing else", &use);
  }
  return use_number(use, value);
}

[[gnu::always_inline]] inline bool RowWriter::use_whole(const FieldUse& use, int64_t value) {
  if (use.kind == Column::Kind::ids) {
    if (value < 0 || value >= use.width) return fail("an id must be a whole number in [0, n)", &use);
    return put(use, value);
  }
  block_->parts[use.part].dense().values<int64_t>()[rows_] = value;
  return true;
}

template <class T>
bool RowWriter::use_integer(const FieldUse& use, T value) {
  if (takes_numbers(use.kind)) return use_number(use, static_cast<double>(value));
  const bool word_wanted = use.kind == Column::Kind::category || use.kind == Column::Kind::string;
  if (!word_wanted && std::in_range<int64_t>(value)) return use_whole(use, static_cast<int64_t>(value));
  char digits[std::numeric_limits<T>::digits10 + 3];
  const char* const end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  const std::string_view word(digits, static_cast<size_t>(end - digits));
  return use.kind == Column::Kind::category ? use_word(use, word) : use_text(use, word);
}

inline bool RowWriter::use_ids(const FieldUse& use, std::string_view field) {
  const char separator = use.separator;
  if (separator && field.empty()) return true;
  const char* p = field.data();
  const char* const end = p + field.size();
  for (;; ++p) {
    int64_t value = -1;
    const auto [stop, error] = std::from_chars(p, end, value);
    const bool next = separator && stop != end && *stop == separator;
    if (error != std::errc{} || (stop != end && !next)) value = -1;
    if (!use_whole(use, value)) return false;
    if (stop == end) return true;
    p = stop;
  }
}

inline bool RowWriter::use_string(const FieldUse& use, std::string_view field) {
  if (!is_word(field)) return fail("a text must be valid UTF-8", &use);
  Texts& texts = texts_[use.part];
  texts.places[rows_ * layout_.fields_of(use.part) + use.place] = {texts.bytes.size(), field.size()};
  texts.bytes += field;
  return true;
}

[[gnu::always_inline]] inline bool RowWriter::use_text(const FieldUse& use, std::string_view field) {
  const char* const end = field.data() + field.size();
  switch (use.kind) {
    case Column::Kind::category:
      return use_words(use, field);
    case Column::Kind::number:
      return use_number_text(use, field);
    case Column::Kind::label: {
      double value = 0;
      if (field.empty() || read_number(field.data(), end, value) != end)
        return fail("a label must be a finite number", &use);
      return use_number(use, value);
    }
    case Column::Kind::sample_weight: {
      double value = 0;
      if (field.empty() || read_number(field.data(), end, value) != end)
        return fail("a weight must be a finite number, 0 or more", &use);
      return use_number(use, value);
    }
    case Column::Kind::query_id: {
      int64_t value = 0;
      const auto [stop, error] = std::from_chars(field.data(), end, value);
      if (error != std::errc{} || stop != end)
        return fail("a query id must be a whole number of 64 bits", &use);
      return use_whole(use, value);
    }
    case Column::Kind::ids:
      return use_ids(use, field);
    case Column::Kind::string:
      return use_string(use, field);
    case Column::Kind::ignored:
      return true;
  }
  return true;
}

}  // namespace lacuna::data

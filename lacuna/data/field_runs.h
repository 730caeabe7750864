// The usual lines of a text, whose fields are all there and not quoted: neighbours of the same kind are used
// in one loop, without asking of each field what it is.
#pragma once
#include <cstdint>
#include <vector>

#include "lacuna/data/number.h"
#include "lacuna/data/row_writer.h"
#include "lacuna/features/fingerprint.h"

namespace lacuna::data {

class FieldRuns {
 public:
  // For the fields of such lines, in their order. `layout` must outlive this.
  void set(const FieldUses& uses, const ColumnLayout& layout);

  // Uses the fields of a row that has begun. p: where the line begins; ends: where each field ends in `text`.
  // Returns false after a field that is not understood.
  bool use(RowWriter& rows, const char* text, const char* p, const char* text_end,
           const uint32_t* ends) const;

 private:
  enum class Kind : uint8_t { words, numbers, other };  // Hashed words; numbers with buckets.
  struct Field {
    const FieldUse* use;
    Divisor bins;
    Dim offset;
  };
  struct Run {
    Kind kind;
    size_t begin, end;
  };

  static Kind kind_of(const FieldUse* use);
  template <class I>
  static void use_words(const Field* fields, size_t count, const char* text, const char* p,
                        const uint32_t* ends, I* to);
  static bool check_words(RowWriter& rows, const Field* fields, size_t count, const char* text, const char* p,
                          const uint32_t* ends);
  template <class I>
  static bool use_numbers(RowWriter& rows, const Field* fields, size_t count, const char* text, const char* p,
                          const char* text_end, const uint32_t* ends, I* to);

  FieldUses uses_{};
  std::vector<Field> fields_{};
  std::vector<Run> runs_{};
};

template <class I>
[[gnu::always_inline]] inline void FieldRuns::use_words(const Field* fields, size_t count, const char* text,
                                                        const char* p, const uint32_t* ends, I* to) {
  for (size_t i = 0; i < count; ++i) {
    const Field& field = fields[i];
    const char* const stop = text + ends[i];
    const uint64_t hash = features::fingerprint({p, static_cast<size_t>(stop - p)});
    to[i] = static_cast<I>(field.offset + static_cast<Dim>(field.bins.remainder(hash)));
    p = stop + 1;
  }
}

template <class I>
[[gnu::always_inline]] inline bool FieldRuns::use_numbers(RowWriter& rows, const Field* fields, size_t count,
                                                          const char* text, const char* p,
                                                          const char* text_end, const uint32_t* ends, I* to) {
  for (size_t i = 0; i < count; ++i) {
    const Field& field = fields[i];
    const char* const stop = text + ends[i];
    const auto size = static_cast<size_t>(stop - p);
    Dim bucket = -1;
    if (size - 1 < 4 && text_end - p >= 8) [[likely]]
      if (const int64_t whole = few_digits(p, size); whole >= 0)
        bucket = field.use->bucket_of_small(static_cast<uint64_t>(whole));
    if (bucket < 0) bucket = rows.bucket_of_text(*field.use, {p, size});
    if (bucket < 0) return false;
    to[i] = static_cast<I>(field.offset + bucket);
    p = stop + 1;
  }
  return true;
}

inline bool FieldRuns::check_words(RowWriter& rows, const Field* fields, size_t count, const char* text,
                                   const char* p, const uint32_t* ends) {
  for (size_t i = 0; i < count; ++i) {
    const char* const stop = text + ends[i];
    if (!rows.is_word({p, static_cast<size_t>(stop - p)}))
      return rows.fail(RowWriter::kBrokenWord, fields[i].use);
    p = stop + 1;
  }
  return true;
}

inline bool FieldRuns::use(RowWriter& rows, const char* text, const char* p, const char* text_end,
                           const uint32_t* ends) const {
  for (const Run& run : runs_) {
    const Field* const fields = fields_.data() + run.begin;
    const uint32_t* const stops = ends + run.begin;
    const size_t count = run.end - run.begin;
    bool good =
        run.kind != Kind::words || !rows.checks_words() || check_words(rows, fields, count, text, p, stops);
    if (!good) return false;
    const auto put = [&](auto to) {
      if (run.kind == Kind::words) use_words(fields, count, text, p, stops, to);
      else good = use_numbers(rows, fields, count, text, p, text_end, stops, to);
    };
    if (run.kind != Kind::other) {
      rows.put_several(*fields->use, count, put);
    } else if (fields->use) {
      good = rows.use_text(*fields->use, {p, static_cast<size_t>(text + *stops - p)});
    }
    if (!good) return false;
    p = text + stops[count - 1] + 1;
  }
  return true;
}

}  // namespace lacuna::data

// Parses blocks of CSV text into rows.
#pragma once
#include <string>
#include <vector>

#include "lacuna/data/csv_layout.h"
#include "lacuna/data/numbered_text.h"

namespace lacuna::data {

// A block of text whose fields are known.
struct CsvText {
  NumberedText text{};
  FieldUses uses{};
  const std::string* path = nullptr;
};

// The end of the line at p: the place of its '\n', or `end`.
const char* end_of_line(const char* p, const char* end);

// The fields of one line, unquoted.
std::vector<std::string> fields_of_line(std::string_view line, char delimiter, char quote);

// Not thread-safe; each thread has its own.
class CsvParser {
 public:
  explicit CsvParser(const CsvLayout& layout) : layout_(layout), parts_(layout.schema().size()) {}

  // Makes the rows of the text; `block` keeps its memory.
  void parse(const CsvText& text, RowBlock& block);

 private:
  // Where the next values of a part go.
  struct Writer {
    float* values = nullptr;    // Of a csr input.
    int32_t* narrow = nullptr;  // Columns or ids: these,
    int64_t* wide = nullptr;    // or these.
    size_t entries = 0;
    size_t row_begin = 0;  // Of the entries.
    bool sorted = true;
    Dim last = -1;  // Column of this row.
  };

  void make_room(const std::string& all, size_t fields, RowBlock& block);
  void find_ends(const std::string& all);
  void finish(RowBlock& block);
  bool parse_row(const CsvText& text, const char*& p);
  bool use_field(const FieldUse& use, std::string_view field);
  bool use_number(const FieldUse& use, std::string_view field);
  bool use_words(const FieldUse& use, std::string_view field);
  bool put(const FieldUse& use, Dim id, float value = 1);
  Dim category(const FieldUse& use, std::string_view word);
  void sort_row(Writer& part);
  void begin_row();
  void end_row();
  bool fail(const char* reason, const FieldUse* use = nullptr);
  bool unquote(const char* p, const char* base, const char* end);

  const CsvLayout& layout_;
  RowBlock* block_ = nullptr;
  std::vector<Writer> parts_;
  std::unique_ptr<uint32_t[]> ends_{};  // Of fields.
  size_t capacity_ = 0;
  const uint32_t* next_ = nullptr;  // The end of the field that is read.
  uint32_t* last_ = nullptr;        // The end of the text.
  size_t rows_ = 0;
  const char* reason_ = nullptr;
  const FieldUse* failed_ = nullptr;
  std::string unquoted_{};
  std::vector<std::pair<Dim, float>> order_{};
};

}  // namespace lacuna::data

// Parses blocks of CSV text into rows.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "lacuna/data/csv.h"
#include "lacuna/data/field_runs.h"
#include "lacuna/data/numbered_text.h"
#include "lacuna/data/row_writer.h"

namespace lacuna::data {

// A block of text whose fields are known.
struct CsvText {
  NumberedText text{};
  FieldUses uses{};
  const std::string* path = nullptr;
};

// The fields of one line, unquoted.
std::vector<std::string> fields_of_line(std::string_view line, char delimiter, char quote);

// Not thread-safe; each thread has its own.
class CsvParser {
 public:
  // Both must outlive this.
  CsvParser(const ColumnLayout& layout, const CsvOptions& options)
      : options_(options), layout_(layout), rows_(layout) {}

  // Makes the rows of the text; `block` keeps its memory.
  void parse(const CsvText& text, RowBlock& block);

 private:
  void begin_block(const std::string& all, size_t fields, RowBlock& block);
  void find_ends(const std::string& all);
  bool parse_usual_row(const CsvText& text, const char*& p);
  bool parse_row(const CsvText& text, const char*& p);
  bool unquote(const char* p, const char* base, const char* end);

  const CsvOptions& options_;
  const ColumnLayout& layout_;
  RowWriter rows_;
  FieldRuns runs_{};
  std::unique_ptr<uint32_t[]> ends_{}, lines_{};  // Of fields; which of these end a line.
  size_t capacity_ = 0, lines_in_text_ = 0;
  bool quoted_ = false;             // There is a quote in the block.
  bool beyond_ascii_ = false;       // There is more than ASCII.
  const uint32_t* next_ = nullptr;  // The end of the field that is read.
  const uint32_t* line_ = nullptr;  // The place in ends_ where the line ends that is read.
  uint32_t* last_ = nullptr;        // The end of the text.
  std::string unquoted_{};
};

}  // namespace lacuna::data

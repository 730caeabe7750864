// Parses the text of Vowpal Wabbit, such as "1 2.0 'tag|user:0.5 age:31 m |shop 7 red".
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "lacuna/data/numbered_text.h"
#include "lacuna/data/row_writer.h"

namespace lacuna::data {

// The column of the namespace without a name, which is a space for Vowpal Wabbit, too.
inline constexpr std::string_view kNoName = " ";

// What a feature's column is the remainder of by the number of columns. of_name: the fingerprint of its
// namespace where namespaces are hashed together, else 0; name: that namespace, or empty.
uint64_t vw_hash(std::string_view name, uint64_t of_name, std::string_view feature);

// Not thread-safe; each thread has its own. Its columns are a label, a weight, and one for each namespace
// that is read, or one for all together.
class VwParser {
 public:
  // labels: whether each row must have one.
  VwParser(const ColumnLayout& layout, bool together, bool labels)
      : rows_(layout), uses_(layout.in_order()), together_(together), labels_(labels) {}

  // Makes a block of the lines. path: of their file.
  void parse(const NumberedText& text, const std::string& path, RowBlock& block);

 private:
  void find_marks(const std::string& all);
  bool at(char mark) const { return base_[*next_] == mark; }
  bool at_end_of_line() const {
    return at('\n') || at('\0');
  }  // Only the end of the text is a mark that is 0.
  bool at_end_of_names() const { return at('|') || at_end_of_line(); }
  std::string_view up_to_mark(const char* from) const;
  std::string_view up_to_end_of_word(const char* from);
  bool is_blank(const char* line) const;

  bool parse_line(const char* line);
  bool parse_label(std::string_view text);
  bool parse_namespace(const char* text);
  bool parse_features(const FieldUse& use, std::string_view name, double scale);
  const FieldUse* use_of(std::string_view name) const;
  Dim column_of(const FieldUse& use, std::string_view name, uint64_t of_name, std::string_view feature);

  RowWriter rows_;
  const FieldUses uses_;
  const bool together_, labels_;
  std::string together_name_{};  // "namespace^feature".
  // The places of all bytes that may end a name, a value or a line; the end of the text is the last.
  std::unique_ptr<uint32_t[]> marks_{};
  size_t capacity_ = 0, count_ = 0;
  // Of the text that is parsed: its first byte and end, and the next mark.
  const char *base_ = nullptr, *end_ = nullptr;
  const uint32_t* next_ = nullptr;
};

}  // namespace lacuna::data

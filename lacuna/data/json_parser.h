// Parses lines of JSON into rows.
#pragma once
#include <simdjson.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lacuna/data/json_keys.h"
#include "lacuna/data/numbered_text.h"
#include "lacuna/data/row_writer.h"

namespace lacuna::data {

// Not thread-safe; each thread has its own.
class JsonParser {
 public:
  // The layout must outlive this.
  explicit JsonParser(const ColumnLayout& layout);

  // Makes the rows of the text; `block` keeps its memory.
  void parse(const NumberedText& text, const std::string& path, RowBlock& block);

  // The names of columns that no line of the last text had.
  std::vector<std::string> absent() const;
  // Some of the keys that objects have.
  std::vector<std::string> keys() const { return keys_.seen(); }

 private:
  void begin_block(const std::string& all, RowBlock& block);
  bool parse_line(std::string_view line, size_t bytes_after);
  bool find(const simdjson::dom::object& object, JsonKeys& keys);
  bool use(const FieldUse& use, const simdjson::dom::element& value);
  bool use_items(const FieldUse& use, const simdjson::dom::array& items);

  const ColumnLayout& layout_;
  RowWriter rows_;
  const FieldUses uses_;
  JsonKeys keys_{};
  simdjson::dom::parser parser_{};
  struct Given {
    uint64_t line = 0;  // In which the column was found last, as lines_ counts.
    simdjson::dom::element value{};
  };
  std::vector<Given> given_;  // Of each column.
  uint64_t lines_ = 0, first_of_text_ = 0;
};

}  // namespace lacuna::data

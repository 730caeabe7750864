// The values of an object are gathered by column, whatever the order of its keys, and then written.
#include "lacuna/data/json_parser.h"

#include <algorithm>
#include <new>

#include "lacuna/kernels/field_ends.h"

namespace lacuna::data {
namespace {

namespace dom = simdjson::dom;
constexpr size_t kLongestJson = size_t{16} << 20;  // What is parsed takes several times its size.

bool is_blank(std::string_view line) {
  return std::ranges::all_of(line, [](char c) { return c == ' ' || c == '\t' || c == '\r'; });
}

const char* reason_of(simdjson::error_code error) {
  switch (error) {
    case simdjson::UTF8_ERROR:
      return "a line must be valid UTF-8";
    case simdjson::NUMBER_ERROR:
      return "a number must be one of JSON, a whole one of 64 bits, another within double";
    case simdjson::STRING_ERROR:
    case simdjson::UNESCAPED_CHARS:
      return "a text must have the escapes of JSON, and be valid Unicode";
    case simdjson::DEPTH_ERROR:
      return "an object must have at most 1024 levels";
    default:
      return "a line must be one whole object of JSON";
  }
}

bool may_have_lists(const Column& column) {
  return column.kind == Column::Kind::category || column.kind == Column::Kind::ids;
}

}  // namespace

JsonParser::JsonParser(const ColumnLayout& layout)
    : layout_(layout), rows_(layout), uses_(layout.in_order()), given_(uses_.size()) {
  for (size_t c = 0; c < uses_.size(); ++c)
    if (uses_[c]) keys_.add(uses_[c]->column->name, c);
}

void JsonParser::begin_block(const std::string& all, RowBlock& block) {
  const auto count = [&](char c) { return kernels::count_byte(all.data(), all.size(), c); };
  size_t list_items = 0;
  std::string counted;
  const auto add = [&](char c) {
    if (counted.find(c) != std::string::npos) return;
    counted += c;
    list_items += count(c);
  };
  if (!layout_.has_ids()) {
    for (const Column& column : layout_.columns()) {
      if (may_have_lists(column)) add(',');
      if (column.separator == '\0') continue;
      add(column.separator);
      add('\\');  // A separator may be written as \u002c.
    }
  }
  rows_.begin(block, std::min(count('\n'), count('{')) + 1, list_items,
              false);  // simdjson refuses broken UTF-8.
}

void JsonParser::parse(const NumberedText& text, const std::string& path, RowBlock& block) {
  const std::string& all = text.text;
  begin_block(all, block);
  first_of_text_ = lines_ + 1;
  std::string_view rest = all;
  for (int64_t line = text.first_line; !rest.empty(); ++line) {
    std::string_view one = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), one.size() + 1));
    if (is_blank(one)) continue;
    rows_.begin_row();
    if (parse_line(one, rest.size())) {
      rows_.end_row();
      continue;
    }
    if (one.ends_with('\r')) one.remove_suffix(1);
    const FieldUse* const failed = rows_.failed();
    block.bad.push_back({path, line, failed ? failed->column->name : "", rows_.reason(), std::string(one)});
    rows_.drop_row();
  }
  rows_.finish();
  block.after = text.after;
}

bool JsonParser::parse_line(std::string_view line, size_t bytes_after) {
  ++lines_;
  if (line.size() > kLongestJson) return rows_.fail("a line must be at most 16 MiB long");
  dom::element all;
  // Its loops read beyond the end; where the text ends soon, it makes a copy.
  const bool copy = bytes_after < simdjson::SIMDJSON_PADDING;
  const simdjson::error_code error = parser_.parse(line.data(), line.size(), copy).get(all);
  if (error == simdjson::MEMALLOC) throw std::bad_alloc();
  if (error) return rows_.fail(reason_of(error));
  dom::object object;
  if (all.get(object)) return rows_.fail(reason_of(simdjson::INCORRECT_TYPE));
  if (!find(object, keys_)) return false;
  for (size_t c = 0; c < uses_.size(); ++c) {
    if (!uses_[c]) continue;
    const bool good =
        given_[c].line == lines_ ? use(*uses_[c], given_[c].value) : rows_.use_text(*uses_[c], {});
    if (!good) return false;
  }
  return true;
}

// Puts the values of columns in their places.
bool JsonParser::find(const dom::object& object, JsonKeys& keys) {
  size_t place = 0;
  for (const dom::key_value_pair field : object) {
    JsonKeys::Key* const key = keys.find(place++, field.key);
    if (!key) continue;
    if (key->column) {
      Given& given = given_[*key->column];
      if (given.line == lines_) return rows_.fail("a column must be given once", uses_[*key->column]);
      given = {lines_, field.value};
    }
    if (!key->inside) continue;
    if (dom::object inner; !field.value.get(inner)) {
      if (!find(inner, *key->inside)) return false;
    } else if (!key->column && !field.value.is_null()) {
      return rows_.fail("a value that columns are in must be an object");
    }
  }
  return true;
}

bool JsonParser::use(const FieldUse& use, const dom::element& value) {
  const bool number = takes_numbers(use.kind);
  switch (value.type()) {
    case dom::element_type::NULL_VALUE:
      return rows_.use_text(use, {});
    case dom::element_type::STRING:
      return rows_.use_text(use, value.get_string().value_unsafe());
    case dom::element_type::INT64:
      return rows_.use_integer(use, value.get_int64().value_unsafe());
    case dom::element_type::UINT64:
      return rows_.use_integer(use, value.get_uint64().value_unsafe());
    case dom::element_type::DOUBLE:
      if (number) return rows_.use_number(use, value.get_double().value_unsafe());
      break;
    case dom::element_type::BOOL:
      if (number) return rows_.use_number(use, value.get_bool().value_unsafe() ? 1 : 0);
      break;
    case dom::element_type::ARRAY:
      if (may_have_lists(*use.column) && !layout_.has_ids())
        return use_items(use, value.get_array().value_unsafe());
      break;
    case dom::element_type::OBJECT:
      break;
  }
  return rows_.fail(number ? "a value must be a number, a boolean or the text of a number"
                    : may_have_lists(*use.column) && !layout_.has_ids()
                        ? "a value must be a text or a whole number, or a list of them"
                        : "a value must be a text or a whole number",
                    &use);
}

bool JsonParser::use_items(const FieldUse& use, const dom::array& items) {
  const bool words = use.kind == Column::Kind::category;
  for (const dom::element item : items) {
    bool good = false;
    switch (item.type()) {
      case dom::element_type::NULL_VALUE:
        good = words ? rows_.use_word(use, {}) : rows_.fail("an id must be given, and not be null", &use);
        break;
      case dom::element_type::STRING:
        good = words ? rows_.use_word(use, item.get_string().value_unsafe())
                     : rows_.use_text(use, item.get_string().value_unsafe());
        break;
      case dom::element_type::INT64:
        good = rows_.use_integer(use, item.get_int64().value_unsafe());
        break;
      case dom::element_type::UINT64:
        good = rows_.use_integer(use, item.get_uint64().value_unsafe());
        break;
      default:
        good = rows_.fail("a list must hold texts or whole numbers", &use);
    }
    if (!good) return false;
  }
  return true;
}

std::vector<std::string> JsonParser::absent() const {
  std::vector<std::string> names;
  for (size_t c = 0; c < uses_.size(); ++c)
    if (uses_[c] && given_[c].line < first_of_text_) names.push_back(uses_[c]->column->name);
  return names;
}

}  // namespace lacuna::data

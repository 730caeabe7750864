// A value of Arrow's goes to the writer of rows as a number where it is one, else as its text.
#include "lacuna/data/arrow_rows.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include "lacuna/base/error.h"
#include "lacuna/base/utf8.h"
#include "lacuna/data/arrow_csr.h"

namespace lacuna::data {
namespace {

using Family = ArrowType::Family;
using Kind = Column::Kind;

bool is_taken(Kind kind, Family family) {
  if (family == Family::missing || family == Family::text || family == Family::whole) return true;
  return takes_numbers(kind) && (family == Family::boolean || family == Family::real);
}

void check_type(const char* where, const FieldUse& use, const ArrowType& type, bool fields) {
  const bool listed = !fields && (use.kind == Kind::category || use.kind == Kind::ids);
  const bool list =
      listed && type.family() == Family::list && !type.items()->items() && !type.items()->dictionary();
  if (is_taken(use.kind, list ? type.items()->family() : type.family())) return;
  throw InvalidArgument(where, ": column '", use.column->name, "' must hold ",
                        takes_numbers(use.kind) ? "numbers, booleans or texts of numbers"
                        : listed                ? "texts or whole numbers, or lists of them"
                                                : "texts or whole numbers",
                        "; cast it to one of them first, as to ",
                        takes_numbers(use.kind) ? "float64" : "string or int64 (of pandas Int64)",
                        ". Received: ", type.name(), ", whose format is '", type.format(), "'.");
}

// The text of a number, as CSV has it.
class Digits {
 public:
  template <class T>
  explicit Digits(T value) : end_(std::to_chars(text_, text_ + sizeof text_, value).ptr) {}
  std::string_view text() const { return {text_, static_cast<size_t>(end_ - text_)}; }

 private:
  char text_[32];
  const char* end_;
};

Digits digits_of(const ArrowColumn& values, int64_t row) {
  if (values.is_beyond_int64(row)) return Digits(static_cast<uint64_t>(values.whole(row)));
  return Digits(values.whole(row));
}

// For the report on a bad row.
std::string text_of(const ArrowColumn& values, int64_t row) {
  if (values.is_null(row)) return {};
  if (values.dictionary()) return text_of(*values.dictionary(), values.code(row));
  switch (values.type().family()) {
    case Family::text:
      return std::string(values.text(row));
    case Family::whole:
      return std::string(digits_of(values, row).text());
    case Family::list: {
      std::string all = "[";
      const auto [begin, end] = values.list(row);
      for (int64_t i = begin; i < end; ++i) all += (i > begin ? " " : "") + text_of(values.items(), i);
      return all + "]";
    }
    default:
      return std::string(Digits(values.number(row)).text());
  }
}

std::string text_of(const ArrowTable& table, int64_t row) {
  std::string all;
  for (const ArrowTable::Column& column : table.columns) all += text_of(column.values, row) + ",";
  all.pop_back();
  return all;
}

// The most entries that texts of several words add to these rows.
size_t words_of_texts(const ArrowSlice& slice) {
  size_t count = 0;
  for (const ArrowTable::Column& column : slice.table->columns) {
    const ArrowColumn& values = column.values;
    if (!column.use->separator || values.type().family() != Family::text) continue;
    for (int64_t row = slice.begin; row < slice.end; ++row) {
      if (values.is_null(row)) continue;
      const std::string_view text =
          values.dictionary() ? values.dictionary()->text(values.code(row)) : values.text(row);
      count += static_cast<size_t>(std::ranges::count(text, column.use->separator));
    }
  }
  return count;
}

// Whether the words of these rows are known to be ASCII.
bool are_ascii(const ArrowTable::Column& column, int64_t begin, int64_t end) {
  const ArrowColumn& values = column.values;
  if (column.use->kind != Kind::category && column.use->kind != Kind::string) return true;
  if (values.dictionary()) return column.has_ascii_dictionary;
  if (values.type().family() == Family::text) return values.are_ascii(begin, end);
  if (values.type().family() != Family::list || begin == end) return true;
  return values.items().type().family() != Family::text ||
         values.items().are_ascii(values.list(begin).begin, values.list(end - 1).end);
}

}  // namespace

ArrowSchemaUse::ArrowSchemaUse(const char* where, const ArrowSchema& schema, const ColumnLayout& layout)
    : layout_(layout) {
  std::vector<std::string> names;
  for (int64_t i = 0; i < schema.n_children; ++i)
    names.emplace_back(schema.children[i]->name ? schema.children[i]->name : "");
  const FieldUses uses = layout.by_names(where, "a stream", names, "it");
  for (size_t i = 0; i < uses.size(); ++i) {
    if (!uses[i]) continue;
    columns_.push_back({i, uses[i], ArrowType(*schema.children[i])});
    check_type(where, *uses[i], columns_.back().type, layout.has_ids());
  }
}

ArrowTable::ArrowTable(const char* where_, ArrowBatch batch_, const ArrowSchemaUse& schema)
    : where(where_), batch(std::move(batch_)) {
  for (const auto& [place, use, type] : schema.columns()) {
    const ArrowArray& array = *batch->children[place];
    LACUNA_REQUIRE(array.length >= batch->offset + batch->length, where,
                   ": a column must be as long as its table. Received: column '", use->column->name,
                   "' with ", array.length, " of ", batch->offset + batch->length, " rows.");
    columns.push_back({use, ArrowColumn(where, use->column->name, type, array, batch->offset)});
    Column& column = columns.back();
    column.has_layout_of_csr = data::has_layout_of_csr(*use, column.values, schema.layout());
    const ArrowColumn* const words = column.values.dictionary();
    // A dictionary of more words than rows is looked at by row.
    if (!words || words->length() > batch->length || type.family() != Family::text) continue;
    column.has_ascii_dictionary = words->are_ascii(0, words->length());
    if (use->kind != Kind::category || use->separator) continue;
    for (int64_t w = 0; w < words->length(); ++w) {
      const std::string_view word = words->is_null(w) ? std::string_view() : words->text(w);
      const bool good = column.has_ascii_dictionary || is_utf8(word);
      column.categories.push_back(good ? RowWriter::category(*use, word) : -1);
    }
  }
}

int64_t ArrowTable::list_items(int64_t begin, int64_t end) const {
  int64_t count = 0;
  for (const Column& column : columns) {
    if (column.values.type().family() != Family::list) continue;
    for (int64_t row = begin; row < end; ++row) {  // Offsets may decrease, though they must not.
      const auto [from, to] = column.values.list(row);
      count += to - from;
    }
  }
  return count;
}

void ArrowRows::make(const ArrowSlice& slice, RowBlock& block) {
  viewed_.clear();
  others_.clear();
  for (const ArrowTable::Column& column : slice.table->columns) {
    const bool viewed =
        column.has_layout_of_csr && are_rows_of_csr(*column.use, column.values, slice.begin, slice.end);
    (viewed ? viewed_ : others_).push_back(&column);
  }
  make(slice, block, others_);
  if (viewed_.empty()) return;
  if (block.bad.empty()) {
    for (const ArrowTable::Column* const column : viewed_)
      view_as_csr(column->values, slice, block.parts[column->use->part].csr());
    return;
  }
  others_.clear();  // Some rows are left out, so that all are copied.
  for (const ArrowTable::Column& column : slice.table->columns) others_.push_back(&column);
  make(slice, block, others_);
}

void ArrowRows::make(const ArrowSlice& slice, RowBlock& block,
                     const std::vector<const ArrowTable::Column*>& columns) {
  const auto rows = static_cast<size_t>(slice.end - slice.begin);
  const size_t items =
      static_cast<size_t>(slice.table->list_items(slice.begin, slice.end)) + words_of_texts(slice);
  LACUNA_REQUIRE(items + rows * columns.size() < std::numeric_limits<int32_t>::max(), slice.table->where,
                 ": ", rows, " rows must have fewer than 2^31 words and ids. Received: ", items, ".");
  const bool check_words = !std::ranges::all_of(
      columns, [&](const ArrowTable::Column* column) { return are_ascii(*column, slice.begin, slice.end); });
  rows_.begin(block, rows, items, check_words);
  const auto use_row = [&](int64_t row) {
    for (const ArrowTable::Column* const column : columns)
      if (!use(*column, row)) return false;
    return true;
  };
  for (int64_t row = slice.begin; row < slice.end; ++row) {
    rows_.begin_row();
    if (use_row(row)) {
      rows_.end_row();
      continue;
    }
    block.bad.push_back({"", slice.number + row - slice.begin, rows_.failed()->column->name, rows_.reason(),
                         text_of(*slice.table, row)});
    rows_.drop_row();
  }
  rows_.finish();
}

inline bool ArrowRows::use(const ArrowTable::Column& column, int64_t row) {
  const ArrowColumn* values = &column.values;
  const FieldUse& use = *column.use;
  const bool list = values->type().family() == Family::list;
  if (values->is_null(row)) return list || rows_.use_text(use, {});
  if (list) return use_items(use, values->items(), values->list(row));
  if (values->dictionary()) {
    row = values->code(row);
    if (!column.categories.empty() && column.categories[static_cast<size_t>(row)] >= 0)
      return rows_.put(use, column.categories[static_cast<size_t>(row)]);
    values = values->dictionary();
    if (values->is_null(row)) return rows_.use_text(use, {});
  }
  return use_value(use, *values, row);
}

template <class T>
bool ArrowRows::use_ids(const FieldUse& use, const ArrowColumn& items, ArrowColumn::Range range) {
  const T* const ids = items.values<T>();
  for (int64_t i = range.begin; i < range.end; ++i)
    if (!rows_.use_whole(use, ids[i])) return false;
  return true;
}

bool ArrowRows::use_items(const FieldUse& use, const ArrowColumn& items, ArrowColumn::Range range) {
  if (use.kind == Kind::ids && !items.may_have_nulls()) {  // The usual ones.
    if (items.type().format() == "i") return use_ids<int32_t>(use, items, range);
    if (items.type().format() == "l") return use_ids<int64_t>(use, items, range);
  }
  for (int64_t i = range.begin; i < range.end; ++i) {
    const bool null = items.is_null(i);
    if (use.kind == Kind::category && (null || items.type().family() == Family::text)) {
      if (!rows_.use_word(use, null ? std::string_view() : items.text(i))) return false;
    } else if (null ? !rows_.fail("an id must be given, and not be null", &use) : !use_value(use, items, i)) {
      return false;
    }
  }
  return true;
}

bool ArrowRows::use_value(const FieldUse& use, const ArrowColumn& values, int64_t row) {
  if (values.type().family() == Family::text) return rows_.use_text(use, values.text(row));
  if (takes_numbers(use.kind)) return rows_.use_number(use, values.number(row));
  if (values.is_beyond_int64(row)) return rows_.use_integer(use, static_cast<uint64_t>(values.whole(row)));
  return rows_.use_integer(use, values.whole(row));
}

}  // namespace lacuna::data

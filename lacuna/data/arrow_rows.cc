// A value of Arrow's goes to the writer of rows as a number where it is one, else as its text.
#include "lacuna/data/arrow_rows.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "lacuna/base/error.h"

namespace lacuna::data {
namespace {

using Family = ArrowType::Family;
using Kind = Column::Kind;

bool is_number(Kind kind) {
  return kind == Kind::number || kind == Kind::label || kind == Kind::sample_weight;
}

bool is_taken(Kind kind, Family family) {
  if (family == Family::missing || family == Family::text || family == Family::whole) return true;
  return is_number(kind) && (family == Family::boolean || family == Family::real);
}

void check_type(const char* where, const FieldUse& use, const ArrowType& type, bool fields) {
  const bool listed = !fields && (use.kind == Kind::category || use.kind == Kind::ids);
  const bool list =
      listed && type.family() == Family::list && !type.items()->items() && !type.items()->dictionary();
  if (is_taken(use.kind, list ? type.items()->family() : type.family())) return;
  throw InvalidArgument(where, ": column '", use.column->name, "' must hold ",
                        is_number(use.kind) ? "numbers, booleans or texts of numbers"
                        : listed            ? "texts or whole numbers, or lists of them"
                                            : "texts or whole numbers",
                        "; cast it to one of them first, as to ",
                        is_number(use.kind) ? "float64" : "string or int64 (of pandas Int64)",
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

// The most entries that lists and texts of several words add to these rows.
size_t list_items(const ArrowSlice& slice) {
  size_t count = 0;
  for (const ArrowTable::Column& column : slice.table->columns) {
    const ArrowColumn& values = column.values;
    const bool list = values.type().family() == Family::list;
    const bool words = column.use->separator && values.type().family() == Family::text;
    for (int64_t row = slice.begin; (list || words) && row < slice.end; ++row) {
      if (values.is_null(row)) continue;
      if (list) {
        const auto [begin, end] = values.list(row);
        count += static_cast<size_t>(end - begin);
      } else {
        const std::string_view text =
            values.dictionary() ? values.dictionary()->text(values.code(row)) : values.text(row);
        count += static_cast<size_t>(std::ranges::count(text, column.use->separator));
      }
    }
  }
  return count;
}

}  // namespace

ArrowSchemaUse::ArrowSchemaUse(const char* where, const ArrowSchema& schema, const ColumnLayout& layout) {
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

ArrowTable::ArrowTable(const char* where, ArrowBatch batch_, const ArrowSchemaUse& schema)
    : batch(std::move(batch_)) {
  for (const auto& [place, use, type] : schema.columns()) {
    columns.push_back(
        {use, ArrowColumn(where, use->column->name, type, *batch->children[place], batch->offset)});
    const ArrowColumn* const words = columns.back().values.dictionary();
    // A dictionary of more words than rows is hashed by row.
    if (!words || words->length() > batch->length || use->kind != Kind::category || use->separator ||
        type.family() != Family::text)
      continue;
    std::vector<Dim>& categories = columns.back().categories;
    for (int64_t w = 0; w < words->length(); ++w)
      categories.push_back(
          RowWriter::category(*use, words->is_null(w) ? std::string_view() : words->text(w)));
  }
}

void ArrowRows::make(const ArrowSlice& slice, RowBlock& block) {
  rows_.begin(block, static_cast<size_t>(slice.end - slice.begin), list_items(slice));
  const auto use_row = [&](int64_t row) {
    for (const ArrowTable::Column& column : slice.table->columns)
      if (!use(column, row)) return false;
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

bool ArrowRows::use_items(const FieldUse& use, const ArrowColumn& items, ArrowColumn::Range range) {
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
  if (is_number(use.kind)) return rows_.use_number(use, values.number(row));
  if (use.kind == Kind::category) return rows_.use_word(use, digits_of(values, row).text());
  if (values.is_beyond_int64(row)) return rows_.use_text(use, digits_of(values, row).text());
  return rows_.use_whole(use, values.whole(row));
}

}  // namespace lacuna::data

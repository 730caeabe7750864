// Places the columns, and finds them by their names.
#include "lacuna/data/column_layout.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "lacuna/base/error.h"
#include "lacuna/base/utf8.h"

namespace lacuna::data {
namespace {

constexpr int32_t kSmallNumbers = 10'000;

// Whether numbers become the same buckets.
bool have_same_buckets(const Column& a, const Column& b) {
  return a.transform == b.transform && a.buckets == b.buckets && a.boundaries == b.boundaries;
}

}  // namespace

double FieldUse::transformed(double value) const { return data::transformed(column->transform, value); }

Dim FieldUse::bucket(double value) const {
  if (!(value >= 0 && value < kSmallNumbers)) return computed_bucket(value);
  const auto small = static_cast<size_t>(value);
  return static_cast<double>(small) == value ? bucket_of_small(small) : computed_bucket(value);
}

Dim FieldUse::computed_bucket(double value) const {
  const double x = transformed(value);
  if (!std::isfinite(x)) return -1;
  if (!column->boundaries.empty())
    return 1 + (std::ranges::upper_bound(column->boundaries, x) - column->boundaries.begin());
  return 1 + static_cast<Dim>(std::clamp(std::floor(x), 0.0, static_cast<double>(column->buckets - 2)));
}

ColumnLayout::ColumnLayout(const char* where, const std::vector<Column>& columns, bool fields, char delimiter)
    : where_(where), columns_(columns), ids_(fields), delimiter_(delimiter), uses_(columns.size()) {
  LACUNA_REQUIRE(!columns.empty(), where_, ": there must be columns. Received: columns=[].");
  for (size_t i = 0; i < columns.size(); ++i)
    LACUNA_REQUIRE(by_name_.emplace(columns[i].name, i).second, where_,
                   ": columns must have different names. Received: '", columns[i].name, "' twice.");
  bool features = false;
  for (size_t i = 0; i < columns.size(); ++i) {
    const Column& column = columns[i];
    FieldUse& use = uses_[i];
    use.column = &column;
    use.kind = column.kind;
    use.separator = column.separator;
    use.width = column.width();
    if (column.bins > 0) use.bins = Divisor(static_cast<uint64_t>(column.bins));
    switch (column.kind) {
      case Column::Kind::number:
      case Column::Kind::category:
      case Column::Kind::ids:
        place_feature(column, use);
        features = true;
        break;
      case Column::Kind::string:
        place_string(column, use);
        features = true;
        break;
      case Column::Kind::label:
        use.part = part_of(column.name, Role::target, {{None, 1}, DType::float32, Storage::dense});
        break;
      case Column::Kind::sample_weight:
        use.part = part_of(column.name, Role::sample_weight, {{None}, DType::float64, Storage::dense});
        break;
      case Column::Kind::query_id:
        use.part = part_of(column.name, Role::query, {{None}, DType::int64, Storage::dense});
        break;
      case Column::Kind::ignored:
        break;
    }
  }
  LACUNA_REQUIRE(features, where_,
                 ": a column must be a number, a category or a string, or have ids. Received: none of ",
                 columns.size(), " columns.");
}

size_t ColumnLayout::part_of(const std::string& name, Role role, Spec spec) {
  for (size_t i = 0; i < schema_.size(); ++i) {
    if (schema_[i].role != role) continue;
    if (role == Role::input && schema_[i].name == name) return i;
    LACUNA_REQUIRE(role == Role::input || role == Role::target, where_,
                   ": there must be one column of sample weights and one query id. Received: '",
                   schema_[i].name, "' and '", name, "'.");
  }
  schema_.push_back({name, role, std::move(spec)});
  fields_of_.push_back(0);
  widths_.push_back(0);
  return schema_.size() - 1;
}

void ColumnLayout::place_feature(const Column& column, FieldUse& use) {
  LACUNA_REQUIRE(!ids_ || column.kind != Column::Kind::number || column.width() > 1, where_,
                 ": with fields, a number must have buckets. Received: column '", column.name, "' without.");
  LACUNA_REQUIRE(!ids_ || column.separator == '\0', where_,
                 ": with fields, a category must be one word, and there must be one id. Received: column '",
                 column.name, "' with a separator.");
  LACUNA_REQUIRE(column.separator == '\0' || column.separator != delimiter_, where_,
                 ": a separator must not be the delimiter. Received: '", std::string(1, column.separator),
                 "' of column '", column.name, "'.");
  use.part = part_of(
      column.input, Role::input,
      ids_ ? Spec{{None, 0}, DType::int32, Storage::dense} : Spec{{None, 0}, DType::float32, Storage::csr});
  require_kind(column, use.part, false);
  use.place = fields_of_[use.part]++;
  Spec& spec = schema_[use.part].spec;
  Dim& width = widths_[use.part];
  LACUNA_REQUIRE(width <= std::numeric_limits<Dim>::max() / 2 - column.width(), where_,
                 ": the columns of an input must be fewer than 2^62. Received: input '", column.input,
                 "' with column '", column.name, "'.");
  use.offset = width;
  width += column.width();
  schema_[use.part].columns.push_back({column.name, use.offset, width, static_cast<Dim>(use.place)});
  if (!ids_) spec.shape[1] = width;
  else ++spec.shape[1];
  if (ids_ && width > std::numeric_limits<int32_t>::max()) spec.dtype = DType::int64;
  if (column.kind == Column::Kind::number && column.width() > 1) place_small_numbers(column, use);
  for (size_t w = 0; w < column.vocabulary.size(); ++w)
    use.words.emplace(column.vocabulary[w], static_cast<int64_t>(w) + 1);
}

void ColumnLayout::place_string(const Column& column, FieldUse& use) {
  use.part = part_of(column.input, Role::input, {{None, 0}, DType::string, Storage::dense});
  require_kind(column, use.part, true);
  use.place = fields_of_[use.part]++;
  schema_[use.part].columns.push_back({column.name, 0, 0, static_cast<Dim>(use.place)});
  ++schema_[use.part].spec.shape[1];
}

void ColumnLayout::require_kind(const Column& column, size_t part, bool strings) const {
  LACUNA_REQUIRE((schema_[part].spec.dtype == DType::string) == strings, where_,
                 ": strings must have an input of their own; name it by input=. Received: input '",
                 column.input, "' of column '", column.name, "', which has ",
                 strings ? "other columns" : "strings", ".");
}

void ColumnLayout::place_small_numbers(const Column& column, FieldUse& use) {
  // Neighbours mostly have the same settings, and there may be a million of them.
  const FieldUse* const before = last_number_;
  last_number_ = &use;
  if (before && have_same_buckets(*before->column, column)) {
    use.buckets_of_small_ = before->buckets_of_small_;
    return;
  }
  std::vector<Dim> buckets;
  for (int32_t k = 0; k < kSmallNumbers; ++k) buckets.push_back(use.computed_bucket(static_cast<double>(k)));
  use.buckets_of_small_ = std::make_shared<const std::vector<Dim>>(std::move(buckets));
}

bool ColumnLayout::is_header(const std::vector<std::string>& fields) const {
  return std::ranges::any_of(fields, [&](const std::string& field) { return by_name_.contains(field); });
}

FieldUses ColumnLayout::in_order() const {
  FieldUses result;
  for (const FieldUse& use : uses_)
    result.push_back(use.column->kind == Column::Kind::ignored ? nullptr : &use);
  return result;
}

FieldUses ColumnLayout::by_names(const char* where, const char* who, const std::vector<std::string>& names,
                                 const std::string& place, const char* advice) const {
  FieldUses result(names.size(), nullptr);
  std::vector<bool> named(uses_.size());
  for (size_t i = 0; i < names.size(); ++i) {
    const auto found = by_name_.find(names[i]);
    if (found == by_name_.end() || uses_[found->second].column->kind == Column::Kind::ignored) continue;
    LACUNA_REQUIRE(!named[found->second], where, ": ", who, " must name a column once. Received: '", names[i],
                   "' twice in ", place, ".");
    named[found->second] = true;
    result[i] = &uses_[found->second];
  }
  for (size_t u = 0; u < uses_.size(); ++u)
    LACUNA_REQUIRE(named[u] || uses_[u].column->kind == Column::Kind::ignored, where, ": ", who,
                   " must name all columns. Received: no column '", uses_[u].column->name, "' in ", place,
                   nearest(uses_[u].column->name, names), advice, ".");
  return result;
}

}  // namespace lacuna::data

// Places the columns, and finds them in a header.
#include "lacuna/data/csv_layout.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "lacuna/base/error.h"

namespace lacuna::data {
namespace {

constexpr int32_t kSmallNumbers = 10'000;

std::vector<std::string> names_of_columns(const std::vector<Column>& columns) {
  std::vector<std::string> names;
  for (const Column& column : columns) names.push_back(column.name);
  return names;
}

}  // namespace

double FieldUse::transformed(double value) const {
  switch (column->transform) {
    case Transform::none:
      return value;
    case Transform::log1p:
      return std::log1p(value);
    case Transform::signed_log1p:
      return std::copysign(std::log1p(std::fabs(value)), value);
  }
  return value;
}

Dim FieldUse::bucket(double value) const {
  if (!(value >= 0 && value < kSmallNumbers)) return computed_bucket(value);
  const auto small = static_cast<size_t>(value);
  return static_cast<double>(small) == value ? buckets_of_small_[small] : computed_bucket(value);
}

Dim FieldUse::computed_bucket(double value) const {
  const double x = transformed(value);
  if (!std::isfinite(x)) return -1;
  if (!column->boundaries.empty())
    return 1 + (std::ranges::upper_bound(column->boundaries, x) - column->boundaries.begin());
  return 1 + static_cast<Dim>(std::clamp(std::floor(x), 0.0, static_cast<double>(column->buckets - 2)));
}

CsvLayout::CsvLayout(const CsvOptions& options) : options_(options), uses_(options.columns.size()) {
  LACUNA_REQUIRE(!options.columns.empty(), "csv: there must be columns. Received: columns=[].");
  const std::vector<std::string> names = names_of_columns(options.columns);
  for (size_t i = 0; i < names.size(); ++i)
    LACUNA_REQUIRE(std::ranges::find(names, names[i]) - names.begin() == static_cast<std::ptrdiff_t>(i),
                   "csv: columns must have different names. Received: '", names[i], "' twice.");
  bool features = false;
  for (size_t i = 0; i < options.columns.size(); ++i) {
    const Column& column = options.columns[i];
    FieldUse& use = uses_[i];
    use.column = &column;
    use.kind = column.kind;
    use.separator = column.separator;
    use.width = column.width();
    if (std::has_single_bit(static_cast<uint64_t>(column.bins)))
      use.mask = static_cast<uint64_t>(column.bins) - 1;
    switch (column.kind) {
      case Column::Kind::number:
      case Column::Kind::category:
        place_feature(column, use);
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
  LACUNA_REQUIRE(features, "csv: a column must be a number or a category. Received: none of ", names.size(),
                 " columns.");
}

size_t CsvLayout::part_of(const std::string& name, Role role, Spec spec) {
  for (size_t i = 0; i < schema_.size(); ++i) {
    if (schema_[i].role != role) continue;
    if (role == Role::input && schema_[i].name == name) return i;
    LACUNA_REQUIRE(role == Role::input || role == Role::target,
                   "csv: there must be one column of sample weights and one query id. Received: '",
                   schema_[i].name, "' and '", name, "'.");
  }
  schema_.push_back({name, role, std::move(spec)});
  fields_.push_back(0);
  return schema_.size() - 1;
}

void CsvLayout::place_feature(const Column& column, FieldUse& use) {
  const bool ids = options_.fields;
  LACUNA_REQUIRE(!ids || column.kind == Column::Kind::category || column.width() > 1,
                 "csv: with fields, a number must have buckets. Received: column '", column.name,
                 "' without.");
  LACUNA_REQUIRE(!ids || column.separator == '\0',
                 "csv: with fields, a category must be one word. Received: column '", column.name,
                 "' with a separator.");
  LACUNA_REQUIRE(column.separator == '\0' || column.separator != options_.delimiter,
                 "csv: a separator must not be the delimiter. Received: '", std::string(1, column.separator),
                 "' of column '", column.name, "'.");
  use.part = part_of(
      column.input, Role::input,
      ids ? Spec{{None, 0}, DType::int32, Storage::dense} : Spec{{None, 0}, DType::float32, Storage::csr});
  use.place = fields_[use.part]++;
  Spec& spec = schema_[use.part].spec;
  if (ids) {
    for (size_t i = 0; i < uses_.size() && &uses_[i] != &use; ++i)
      if (uses_[i].column->is_feature() && uses_[i].part == use.part) use.offset += uses_[i].column->width();
    if (use.offset + column.width() > std::numeric_limits<int32_t>::max()) spec.dtype = DType::int64;
    ++spec.shape[1];
  } else {
    use.offset = spec.shape[1];
    spec.shape[1] += column.width();
  }
  if (column.kind == Column::Kind::number && column.width() > 1)
    for (int32_t k = 0; k < kSmallNumbers; ++k)
      use.buckets_of_small_.push_back(static_cast<int32_t>(use.computed_bucket(static_cast<double>(k))));
  for (size_t w = 0; w < column.vocabulary.size(); ++w)
    use.words.emplace(column.vocabulary[w], static_cast<int64_t>(w) + 1);
}

bool CsvLayout::is_header(const std::vector<std::string>& fields) const {
  return std::ranges::any_of(
      uses_, [&](const FieldUse& use) { return std::ranges::count(fields, use.column->name) > 0; });
}

FieldUses CsvLayout::in_order() const {
  FieldUses result;
  for (const FieldUse& use : uses_)
    result.push_back(use.column->kind == Column::Kind::ignored ? nullptr : &use);
  return result;
}

FieldUses CsvLayout::by_header(const char* where, const std::vector<std::string>& fields,
                               const std::string& path) const {
  FieldUses result(fields.size(), nullptr);
  for (const FieldUse& use : uses_) {
    if (use.column->kind == Column::Kind::ignored) continue;
    const auto found = std::ranges::find(fields, use.column->name);
    LACUNA_REQUIRE(found != fields.end(), where,
                   ": a file's header must name all columns. Received: no column '", use.column->name,
                   "' in ", path, nearest(use.column->name, fields), ".");
    LACUNA_REQUIRE(std::ranges::count(fields, use.column->name) == 1, where,
                   ": a file's header must name a column once. Received: '", use.column->name, "' twice in ",
                   path, ".");
    result[static_cast<size_t>(found - fields.begin())] = &use;
  }
  return result;
}

}  // namespace lacuna::data

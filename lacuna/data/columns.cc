// The settings of columns and their checks.
#include "lacuna/data/columns.h"

#include <xxhash.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iomanip>
#include <sstream>
#include <unordered_set>
#include <utility>

#include "lacuna/base/error.h"

namespace lacuna::data {
namespace {

constexpr Dim kMostBins = Dim{1} << 40;

void check_separator(const char* where, const std::string& name, char separator) {
  LACUNA_REQUIRE(separator != '\n' && separator != '\r' && separator != '"', where,
                 ": the separator must not end a line or a field. Received: column '", name, "'.");
}

void check_boundaries(const std::string& name, const std::vector<double>& boundaries) {
  for (size_t i = 0; i < boundaries.size(); ++i)
    LACUNA_REQUIRE(std::isfinite(boundaries[i]) && (i == 0 || boundaries[i - 1] < boundaries[i]),
                   "number: boundaries must be finite and grow. Received: boundaries[", i,
                   "]=", boundaries[i], " of column '", name, "'.");
}

// The names that "I{1..13}" stands for; the pattern itself if it has no braces.
std::vector<std::string> names_of(const char* where, const std::string& pattern) {
  const size_t open = pattern.find('{'), close = pattern.find('}');
  if (open == std::string::npos && close == std::string::npos) return {pattern};
  const std::string inside =
      open < close && close != std::string::npos ? pattern.substr(open + 1, close - open - 1) : "";
  const size_t dots = inside.find("..");
  int64_t first = 0, last = -1;
  const char* const begin = inside.data();
  const char* const end = begin + inside.size();
  const bool whole =
      pattern.find_first_of("{}", close + 1) == std::string::npos && dots != std::string::npos &&
      std::from_chars(begin, begin + dots, first).ptr == begin + dots &&
      std::from_chars(begin + dots + 2, end, last).ptr == end && dots > 0 && dots + 2 < inside.size();
  LACUNA_REQUIRE(
      whole && first >= 0 && first <= last && last - first < 1'000'000, where,
      ": a pattern must be a name, or have a range such as {1..13} of at most a million. Received: '",
      pattern, "'.");
  std::vector<std::string> names;
  for (int64_t i = first; i <= last; ++i)
    names.push_back(pattern.substr(0, open) + std::to_string(i) + pattern.substr(close + 1));
  return names;
}

Column named(const char* where, std::string name, Column::Kind kind) {
  LACUNA_REQUIRE(!name.empty(), where, ": a column must have a name. Received: name=''.");
  return {.name = std::move(name), .kind = kind};
}

}  // namespace

double transformed(Transform transform, double value) {
  switch (transform) {
    case Transform::none:
      return value;
    case Transform::log1p:
      return std::log1p(value);
    case Transform::signed_log1p:
      return std::copysign(std::log1p(std::fabs(value)), value);
  }
  return value;
}

Dim Column::width() const {
  if (kind == Kind::number) {
    if (!boundaries.empty()) return static_cast<Dim>(boundaries.size()) + 2;
    return buckets > 0 ? buckets : 1;
  }
  if (kind == Kind::category) return vocabulary.empty() ? bins : static_cast<Dim>(vocabulary.size()) + 1;
  return kind == Kind::ids ? bins : 0;
}

std::string settings_of(const Column& column) {
  std::ostringstream out;
  out.precision(17);
  out << static_cast<int>(column.kind) << ' ' << std::quoted(column.input);
  if (column.kind == Column::Kind::number) {
    out << " transform " << static_cast<int>(column.transform) << " buckets " << column.buckets
        << " boundaries";
    for (const double boundary : column.boundaries) out << ' ' << boundary;
    if (column.missing) out << " missing " << *column.missing;
  }
  if (column.kind == Column::Kind::category || column.kind == Column::Kind::ids) {
    out << " bins " << column.bins << " separator " << int{column.separator} << " words";
    constexpr size_t kFewWords = 20;
    if (column.vocabulary.size() <= kFewWords) {
      for (const std::string& word : column.vocabulary) out << ' ' << std::quoted(word);
    } else {  // A text of a million words is nothing to show, nor to keep in a file.
      uint64_t hash = 0;
      for (const std::string& word : column.vocabulary)
        hash = XXH3_64bits_withSeed(word.data(), word.size(), hash);
      out << ' ' << column.vocabulary.size() << " with the hash " << hash;
    }
  }
  return out.str();
}

Column label(std::string name) { return named("label", std::move(name), Column::Kind::label); }
Column sample_weight(std::string name) {
  return named("sample_weight", std::move(name), Column::Kind::sample_weight);
}
Column query_id(std::string name) { return named("query_id", std::move(name), Column::Kind::query_id); }
Column ignored(std::string name) { return named("ignored", std::move(name), Column::Kind::ignored); }

Column number(std::string name, const NumberOptions& options) {
  Column column = named("number", std::move(name), Column::Kind::number);
  LACUNA_REQUIRE(options.buckets == 0 || options.buckets >= 2,
                 "number: buckets must be 2 or more, since one is for missing numbers. Received: buckets=",
                 options.buckets, " of column '", column.name, "'.");
  LACUNA_REQUIRE(options.buckets <= kMostBins,
                 "number: buckets must be at most 2^40. Received: buckets=", options.buckets, " of column '",
                 column.name, "'.");
  LACUNA_REQUIRE(options.buckets == 0 || options.boundaries.empty(),
                 "number: buckets or boundaries must be given, not both. Received: both, of column '",
                 column.name, "'.");
  LACUNA_REQUIRE(!options.missing || std::isfinite(transformed(options.transform, *options.missing)),
                 "number: missing must be finite, and its transform too. Received: missing=",
                 *options.missing, " of column '", column.name, "'.");
  LACUNA_REQUIRE(!options.input.empty(), "number: an input must have a name. Received: input='' of column '",
                 column.name, "'.");
  check_boundaries(column.name, options.boundaries);
  column.input = options.input;
  column.transform = options.transform;
  column.buckets = options.buckets;
  column.boundaries = options.boundaries;
  column.missing = options.missing;
  return column;
}

Column category(std::string name, const CategoryOptions& options) {
  Column column = named("category", std::move(name), Column::Kind::category);
  LACUNA_REQUIRE((options.bins > 0) != !options.vocabulary.empty(),
                 "category: bins or a vocabulary must be given. Received: bins=", options.bins, ", ",
                 options.vocabulary.size(), " words, of column '", column.name, "'.");
  LACUNA_REQUIRE(options.bins <= kMostBins,
                 "category: bins must be at most 2^40. Received: bins=", options.bins, " of column '",
                 column.name, "'.");
  check_separator("category", column.name, options.separator);
  LACUNA_REQUIRE(!options.input.empty(),
                 "category: an input must have a name. Received: input='' of column '", column.name, "'.");
  std::unordered_set<std::string_view> words;
  for (const std::string& word : options.vocabulary)
    LACUNA_REQUIRE(words.insert(word).second,
                   "category: a vocabulary must not have a word twice. Received: '", word, "', of column '",
                   column.name, "'.");
  column.input = options.input;
  column.bins = options.bins;
  column.vocabulary = options.vocabulary;
  column.separator = options.separator;
  return column;
}

Column ids(std::string name, const IdsOptions& options) {
  Column column = named("ids", std::move(name), Column::Kind::ids);
  LACUNA_REQUIRE(options.n > 0 && options.n <= kMostBins,
                 "ids: n must be positive and at most 2^40. Received: n=", options.n, " of column '",
                 column.name, "'.");
  check_separator("ids", column.name, options.separator);
  column.input = options.input;
  column.bins = options.n;
  column.separator = options.separator;
  return column;
}

Column string(std::string name, const StringOptions& options) {
  Column column = named("string", std::move(name), Column::Kind::string);
  LACUNA_REQUIRE(!options.input.empty(), "string: an input must have a name. Received: input='' of column '",
                 column.name, "'.");
  column.input = options.input;
  return column;
}

std::vector<Column> numbers(const std::string& pattern, const NumberOptions& options) {
  std::vector<Column> columns;
  for (std::string& name : names_of("numbers", pattern)) columns.push_back(number(std::move(name), options));
  return columns;
}

std::vector<Column> categories(const std::string& pattern, const CategoryOptions& options) {
  std::vector<Column> columns;
  for (std::string& name : names_of("categories", pattern))
    columns.push_back(category(std::move(name), options));
  return columns;
}

std::vector<Column> strings(const std::string& pattern, const StringOptions& options) {
  std::vector<Column> columns;
  for (std::string& name : names_of("strings", pattern)) columns.push_back(string(std::move(name), options));
  return columns;
}

}  // namespace lacuna::data

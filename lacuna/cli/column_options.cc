// Columns of csv, tsv and jsonl as the options name them.
#include "lacuna/cli/column_options.h"

#include <algorithm>
#include <charconv>

#include "lacuna/base/utf8.h"
#include "lacuna/cli/session.h"
#include "lacuna/data/byte_input.h"
#include "lacuna/data/byte_source.h"
#include "lacuna/data/numbered_text.h"
#include "lacuna/saving/json.h"

namespace lacuna::cli {
namespace {

// "C{1..26}:1000": a pattern, and a number if there is one.
struct SizedName {
  std::string pattern{};
  Dim size = 0;
};

SizedName sized_name(const char* option, const std::string& given) {
  const size_t colon = given.rfind(':');
  if (colon == std::string::npos) return {given};
  SizedName result{given.substr(0, colon)};
  const char *begin = given.data() + colon + 1, *end = given.data() + given.size();
  const auto [after, error] = std::from_chars(begin, end, result.size);
  if (error != std::errc() || after != end || result.size <= 0)
    throw WrongOptions(
        text(option, ": a number of columns must be whole and positive, as in C{1..26}:1000. Received: '",
             shown_utf8(given), "'."));
  return result;
}

data::Transform transform_of(const std::string& name) {
  if (name.empty() || name == "none") return data::Transform::none;
  if (name == "log1p") return data::Transform::log1p;
  if (name == "signed_log1p") return data::Transform::signed_log1p;
  throw WrongOptions(text("--transform must be log1p or signed_log1p. Received: '", shown_utf8(name), "'."));
}

std::vector<data::Column> columns_of_options(const DataOptions& o) {
  std::vector<data::Column> columns;
  const auto add = [&](std::vector<data::Column> some) {
    for (data::Column& one : some) columns.push_back(std::move(one));
  };
  for (const std::string& name : listed(o.label)) columns.push_back(data::label(name));
  for (const std::string& name : listed(o.weight)) columns.push_back(data::sample_weight(name));
  for (const std::string& name : listed(o.query)) columns.push_back(data::query_id(name));
  for (const std::string& given : listed(o.numbers)) {
    const SizedName one = sized_name("--numbers", given);
    add(data::numbers(one.pattern, {.transform = transform_of(o.transform),
                                    .buckets = one.size > 0 ? one.size : o.buckets,
                                    .missing = o.missing}));
  }
  const char separator = one_character("--separator", o.separator);
  for (const std::string& given : listed(o.categories)) {
    const SizedName one = sized_name("--categories", given);
    const Dim bins = one.size > 0 ? one.size : bins_of(o);
    if (bins == 0)
      throw WrongOptions(
          text("--categories need --bins, the number of columns that their words are hashed to. "
               "Received: --categories ",
               shown_utf8(given), "."));
    add(data::categories(one.pattern, {.bins = bins, .separator = separator}));
  }
  for (const std::string& given : listed(o.ids)) {
    const SizedName one = sized_name("--ids", given);
    if (one.size == 0)
      throw WrongOptions(
          text("--ids need the number of ids, as in item:1000. Received: --ids ", shown_utf8(given), "."));
    columns.push_back(data::ids(one.pattern, {.n = one.size, .separator = separator}));
  }
  for (const std::string& name : listed(o.ignore)) columns.push_back(data::ignored(name));
  return columns;
}

std::vector<data::Column> columns_of_file(const std::string& path) {
  const std::string json = text_of_file(path);
  const std::string whole = "{\"columns\": " + json + "}";
  const bool is_list = json.find_first_not_of(" \t\r\n") != std::string::npos &&
                       json[json.find_first_not_of(" \t\r\n")] == '[';
  const Config config = from_json("--columns", is_list ? whole : json);
  const auto found = config.find("columns");
  LACUNA_REQUIRE(found != config.end(), "--columns: the file must hold a list of columns. Received: path='",
                 shown_utf8(path), "'.");
  return data::columns_from_setting("--columns", found->second);
}

// Throws for settings of columns where no option names the columns that would have them.
void require_columns_of_settings(const DataOptions& o) {
  const auto require = [](const char* option, bool given, bool named, const char* needs) {
    if (given && !named) throw WrongOptions(text(option, " needs ", needs, ". Received: none."));
  };
  const bool numbers = !o.numbers.empty(), categories = !o.categories.empty(), ids = !o.ids.empty();
  require("--transform", !o.transform.empty(), numbers, "--numbers");
  require("--buckets", o.buckets != 0, numbers, "--numbers");
  require("--missing", o.missing.has_value(), numbers, "--numbers");
  require("--bins", o.bins != 0, categories, "--categories");
  require("-b", o.bits.has_value(), categories, "--categories");
  require("--separator", !o.separator.empty(), categories || ids, "--categories or --ids");
}

// The fields of the first line; none where the file cannot be read twice.
std::vector<std::string> first_fields(const std::string& path, const char* where, char delimiter,
                                      char quote) {
  if (path == "-" || !data::is_regular(path)) return {};
  constexpr size_t kLongest = size_t{1} << 20;
  std::string line(kLongest, '\0');
  const auto file = data::open_bytes(path, where);
  size_t size = 0;
  while (size < kLongest && line.find('\n') >= size) {
    const size_t more = file->read(line.data() + size, std::min(kLongest - size, size_t{1} << 16));
    if (more == 0) break;
    size += more;
  }
  line.resize(std::min(line.find('\n'), size));
  if (line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
  if (line.ends_with('\r')) line.pop_back();
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (const char c : line) {
    if (quote != '\0' && c == quote) quoted = !quoted;
    else if (c == delimiter && !quoted) fields.emplace_back();
    else fields.back() += c;
  }
  return fields;
}

}  // namespace

char one_character(const char* option, const std::string& given) {
  if (given.empty()) return '\0';
  if (given == "\\t" || given == "tab") return '\t';
  if (given.size() != 1)
    throw WrongOptions(text(option, " must be one character. Received: '", shown_utf8(given), "'."));
  return given[0];
}

Dim bins_of(const DataOptions& o) {
  if (o.bits && o.bins != 0)
    throw WrongOptions(
        text("--bins or -b must be given, not both. Received: --bins ", o.bins, " -b ", *o.bits, "."));
  if (o.bits && (*o.bits < 1 || *o.bits > 40))
    throw WrongOptions(
        text("-b must be in 1 to 40, since there are 2^b columns. Received: -b ", *o.bits, "."));
  return o.bits ? Dim{1} << *o.bits : o.bins;
}

std::vector<data::Column> columns_given(const DataOptions& o) {
  require_columns_of_settings(o);
  if (o.columns_file.empty()) return columns_of_options(o);
  if (!(o.label + o.numbers + o.categories + o.ids + o.ignore + o.weight + o.query).empty())
    throw WrongOptions(
        "--columns or --label, --numbers, --categories, --ids, --ignore, --weight and --query must be given. "
        "Received: both.");
  return columns_of_file(o.columns_file);
}

std::vector<std::string> names_given(const DataOptions& o) {
  std::vector<std::string> result;
  for (const std::string& pattern : listed(o.names))
    for (const data::Column& named : data::numbers(pattern, {})) result.push_back(named.name);
  return result;
}

std::vector<data::Column> in_order(const std::vector<std::string>& names,
                                   const std::vector<data::Column>& columns,
                                   const std::vector<data::Column>& required) {
  std::vector<data::Column> result;
  for (const std::string& name : names) {
    const auto found = std::ranges::find(columns, name, &data::Column::name);
    result.push_back(found == columns.end() ? data::ignored(name) : *found);
  }
  for (const data::Column& column : required)
    if (std::ranges::count(names, column.name) == 0)
      throw WrongOptions(text("--names must have all columns. Received: '", shown_utf8(column.name),
                              "', which is not among them."));
  return result;
}

void require_no_header(const std::vector<std::string>& paths, const data::ReadOptions& read) {
  if (read.header != data::Header::no) return;
  const char* where = read.format.c_str();
  const char delimiter = read.format == "tsv" ? '\t' : read.delimiter == '\0' ? ',' : read.delimiter;
  for (const std::string& path : data::files_of(where, paths))
    LACUNA_REQUIRE(
        !std::ranges::equal(first_fields(path, where, delimiter, read.quote), read.columns, {}, {},
                            &data::Column::name),
        where,
        ": files must not begin with a line of names, since the columns were named by --names; leave "
        "that line out, as tail -n +2 does. Received: path='",
        shown_utf8(path), "'.");
}

}  // namespace lacuna::cli

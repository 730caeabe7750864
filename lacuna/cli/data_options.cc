// Options of files and columns.
#include "lacuna/cli/data_options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "lacuna/base/path.h"
#include "lacuna/base/utf8.h"
#include "lacuna/cli/session.h"
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

char one_character(const char* option, const std::string& given) {
  if (given.empty()) return '\0';
  if (given == "\\t" || given == "tab") return '\t';
  if (given.size() != 1)
    throw WrongOptions(text(option, " must be one character. Received: '", shown_utf8(given), "'."));
  return given[0];
}

data::Transform transform_of(const std::string& name) {
  if (name.empty() || name == "none") return data::Transform::none;
  if (name == "log1p") return data::Transform::log1p;
  if (name == "signed_log1p") return data::Transform::signed_log1p;
  throw WrongOptions(text("--transform must be log1p or signed_log1p. Received: '", shown_utf8(name), "'."));
}

Dim bins_of(const DataOptions& o) {
  if (o.bits != 0 && o.bins != 0)
    throw WrongOptions(
        text("--bins or -b must be given, not both. Received: --bins ", o.bins, " -b ", o.bits, "."));
  if (o.bits < 0 || o.bits > 40)
    throw WrongOptions(
        text("-b must be in 1 to 40, since there are 2^b columns. Received: -b ", o.bits, "."));
  return o.bits > 0 ? Dim{1} << o.bits : o.bins;
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

// In the order of the names; those that no option names are not read.
std::vector<data::Column> in_order(const std::string& names, const std::vector<data::Column>& columns) {
  std::vector<data::Column> result;
  for (const std::string& pattern : listed(names))
    for (const data::Column& named : data::numbers(pattern, {})) {
      const auto found = std::ranges::find(columns, named.name, &data::Column::name);
      result.push_back(found == columns.end() ? data::ignored(named.name) : *found);
    }
  for (const data::Column& column : columns)
    if (std::ranges::count(result, column.name, &data::Column::name) == 0)
      throw WrongOptions(text("--names must have all columns. Received: '", shown_utf8(column.name),
                              "', which is not among them."));
  return result;
}

data::ZeroBased zero_based_of(const std::string& given) {
  if (given == "yes") return data::ZeroBased::yes;
  if (given == "no") return data::ZeroBased::no;
  return data::ZeroBased::automatic;
}

void set_text_columns(const DataOptions& o, data::ReadOptions& to) {
  if (!o.columns_file.empty()) {
    if (!(o.label + o.numbers + o.categories + o.ids + o.weight + o.query).empty())
      throw WrongOptions(
          "--columns or --label, --numbers, --categories, --ids, --weight and --query must be given. "
          "Received: both.");
    to.columns = columns_of_file(o.columns_file);
  } else {
    to.columns = columns_of_options(o);
  }
  if (to.columns.empty())
    throw WrongOptions(text(to.format,
                            ": what the columns are must be given, as in --label click --numbers 'I{1..13}' "
                            "--categories 'C{1..26}' --bins 1000, or by --columns FILE. Received: none."));
  if (to.format == "jsonl") return;
  to.delimiter = one_character("--delimiter", o.delimiter);
  if (o.names.empty()) {
    to.header = data::Header::yes;
  } else {
    to.columns = in_order(o.names, to.columns);
    to.header = data::Header::no;
  }
}

bool has_columns(const std::string& format) {
  return format == "csv" || format == "tsv" || format == "jsonl";
}

// The same columns in rows of another format.
data::ReadOptions in_format(data::ReadOptions options, const std::string& format) {
  if (format.empty() || format == options.format) return options;
  if (!has_columns(format) || !has_columns(options.format))
    throw WrongOptions(text("the rows must be of the format that the model learned from, ", options.format,
                            ", or the options must say what they are. Received: ", format, "."));
  options.format = format;
  options.delimiter = '\0';
  if (format == "jsonl") {
    options.header = data::Header::automatic;
    options.quote = data::ReadOptions().quote;
  } else if (options.header == data::Header::automatic) {
    options.header = data::Header::yes;
  }
  return options;
}

}  // namespace

bool DataOptions::says_what_rows_are() const {
  return !(columns_file + label + weight + query + numbers + categories + ids + ignore + names + delimiter +
           separator + transform + zero_based + namespaces + matrix)
              .empty() ||
         bins != 0 || bits != 0 || buckets != 0 || missing || features != 0;
}

void add_data_options(CLI::App& command, DataOptions& o) {
  command
      .add_option("FILES", o.paths,
                  "Files of rows; a name may have *, ? and []. '-' or none: the standard input")
      ->group("Rows");
  command.add_option("-d,--data", o.data, "The same, by Vowpal Wabbit's name")->group("Rows");
  command
      .add_option(
          "--format", o.format,
          "csv, tsv, jsonl, libsvm, vw, npz, h5ad, 10x or packed; by the name of the file unless given")
      ->check(CLI::IsMember({"csv", "tsv", "jsonl", "libsvm", "vw", "npz", "h5ad", "10x", "packed"}))
      ->group("Rows");
  command
      .add_option("--label", o.label,
                  "The column of y: of csv and jsonl, of obs in h5ad; of npz and 10x, a file of .npy")
      ->group("Rows");
  command.add_option("--weight", o.weight, "The column, or file, of the weights of rows")->group("Rows");
  command
      .add_option("--numbers", o.numbers, "Columns of numbers, as in age,I{1..13}; name:8 gives it 8 buckets")
      ->group("Columns of csv, tsv and jsonl");
  command
      .add_option("--categories", o.categories,
                  "Columns of words, hashed to --bins columns each; name:100 gives it 100")
      ->group("Columns of csv, tsv and jsonl");
  command.add_option("--ids", o.ids, "Columns of ids, as in item:1000, where an id is below 1000")
      ->group("Columns of csv, tsv and jsonl");
  command.add_option("--query", o.query, "The column of groups of rows")
      ->group("Columns of csv, tsv and jsonl");
  command.add_option("--ignore", o.ignore, "Columns that are not read")
      ->group("Columns of csv, tsv and jsonl");
  command
      .add_option("--names", o.names, "The names of all columns, of files without a header, in their order")
      ->group("Columns of csv, tsv and jsonl");
  command.add_option("--columns", o.columns_file, "A JSON file of columns, in place of the options above")
      ->group("Columns of csv, tsv and jsonl");
  command
      .add_option("--bins", o.bins,
                  "Columns that words are hashed to: of each category; of vw, of all features")
      ->check(CLI::PositiveNumber)
      ->group("Rows");
  command.add_option("-b,--bit_precision", o.bits, "The same as a power of two: -b 18 is --bins 262144")
      ->group("Rows");
  command.add_option("--buckets", o.buckets, "Numbers become one of so many categories, by their whole part")
      ->group("Columns of csv, tsv and jsonl");
  command.add_option("--transform", o.transform, "Of numbers, before buckets: log1p or signed_log1p")
      ->group("Columns of csv, tsv and jsonl");
  command
      .add_option("--missing", o.missing, "What an empty number counts as; else its row is bad, or bucket 0")
      ->group("Columns of csv, tsv and jsonl");
  command.add_option("--separator", o.separator, "Between several words, or ids, of a field")
      ->group("Columns of csv, tsv and jsonl");
  command.add_option("--delimiter", o.delimiter, "Between the fields of csv; a comma unless given")
      ->group("Columns of csv, tsv and jsonl");
  command.add_option("--features", o.features, "libsvm: the number of columns; the files tell unless given")
      ->check(CLI::PositiveNumber)
      ->group("Rows");
  command.add_option("--zero-based", o.zero_based, "libsvm: whether the first column is 0: auto, yes or no")
      ->check(CLI::IsMember({"auto", "yes", "no"}))
      ->group("Rows");
  command
      .add_option("--namespaces", o.namespaces,
                  "vw: those that are read, each with --bins columns; else all together")
      ->group("Rows");
  command.add_option("--matrix", o.matrix, "h5ad: the matrix, X unless given; 10x: the group")->group("Rows");
  command.add_option("--on-bad", o.on_bad, "Rows that are not understood: raise an error, or skip them")
      ->check(CLI::IsMember({"raise", "skip"}))
      ->capture_default_str()
      ->group("Rows");
  command.add_option("--max-bad", o.max_bad, "With skip: the part of rows that may be bad")
      ->capture_default_str()
      ->group("Rows");
  command.add_option("--rejects", o.rejects, "With skip: a file to which bad rows are written")
      ->group("Rows");
  command.add_option("--readers", o.readers, "Threads that parse text; half of --threads unless given")
      ->group("Rows");
}

std::vector<std::string> files(const DataOptions& o) {
  std::vector<std::string> result = o.paths;
  if (!o.data.empty()) result.push_back(o.data);
  if (result.empty()) result.emplace_back("-");
  return result;
}

data::ReadOptions read_options(const DataOptions& o, const std::optional<data::ReadOptions>& before) {
  const std::vector<std::string> paths = files(o);
  data::ReadOptions result;
  std::string format = o.format.empty() ? data::format_of(paths[0]) : o.format;
  const bool packed_now = format == "packed";
  if (before && !o.says_what_rows_are() && !packed_now) {
    result = in_format(*before, format);
  } else {
    if (format.empty() && before) format = before->format;
    if (format.empty())
      throw WrongOptions(
          text("--format must be given where the name of a file does not tell it: csv, tsv, jsonl, "
               "libsvm, vw, npz, h5ad, 10x or packed. Received: ",
               shown_utf8(paths[0]), "."));
    result.format = format;
    if (format == "csv" || format == "tsv" || format == "jsonl") {
      set_text_columns(o, result);
    } else if (format == "libsvm") {
      result.n_features = o.features;
      result.zero_based = zero_based_of(o.zero_based);
    } else if (format == "vw") {
      if (const Dim bins = bins_of(o)) result.bins = bins;
      result.namespaces = listed(o.namespaces);
    } else if (format != "packed") {
      if (!o.label.empty()) result.y = {{"y", o.label}};
      result.sample_weight = o.weight;
      if (format == "h5ad" && !o.matrix.empty()) result.x = {{"x", o.matrix}};
      if (format == "10x" && !o.matrix.empty()) result.group = o.matrix;
    }
  }
  const bool is_text =
      format != "packed" && result.format != "npz" && result.format != "h5ad" && result.format != "10x";
  if (is_text) {
    result.bad.on_bad = o.on_bad == "skip" ? data::OnBad::skip : data::OnBad::raise;
    result.bad.max_bad = o.max_bad;
    result.bad.rejects = o.rejects;
    result.readers = o.readers;
  }
  return result;
}

data::ReadOptions without_labels(data::ReadOptions options) {
  options.labels = false;
  options.y.clear();
  options.sample_weight.clear();
  const auto is_label = [](const data::Column& c) {
    return c.kind == data::Column::Kind::label || c.kind == data::Column::Kind::sample_weight ||
           c.kind == data::Column::Kind::query_id;
  };
  if (options.header != data::Header::no) {
    std::erase_if(options.columns, is_label);
  } else {
    for (data::Column& column : options.columns)
      if (is_label(column)) column = data::ignored(column.name);
  }
  return options;
}

std::vector<std::string> listed(const std::string& text) {
  std::vector<std::string> result;
  std::string one;
  int depth = 0;
  for (const char c : text) {
    if (c == '{') ++depth;
    if (c == '}') --depth;
    if (c == ',' && depth == 0) result.push_back(std::exchange(one, {}));
    else one += c;
  }
  if (!text.empty()) result.push_back(std::move(one));
  return result;
}

std::string text_of_file(const std::string& path) {
  std::ifstream file(path == "-" ? "/dev/stdin" : checked_path("lacuna", path), std::ios::binary);
  if (!file) path_failed("lacuna", "the file must be readable", path, errno);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace lacuna::cli

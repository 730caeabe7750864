// Options of files and columns.
#include "lacuna/cli/data_options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <iterator>

#include "lacuna/base/path.h"
#include "lacuna/base/utf8.h"
#include "lacuna/cli/column_options.h"
#include "lacuna/cli/session.h"

namespace lacuna::cli {
namespace {

// Throws unless all options that are given are options of rows of this format.
void require_options_of(const std::string& format, const DataOptions& o) {
  using Formats = std::initializer_list<const char*>;
  const Formats columns{"csv", "tsv", "jsonl"}, text_rows{"csv", "tsv", "jsonl", "libsvm", "vw"},
      labelled{"csv", "tsv", "jsonl", "npz", "h5ad", "10x"}, hashed{"csv", "tsv", "jsonl", "vw"};
  const auto require = [&](const char* option, bool given, const Formats& formats) {
    if (!given || std::ranges::find(formats, format) != formats.end()) return;
    std::string all;
    for (const char* one : formats) all += (all.empty() ? "" : ", ") + std::string(one);
    throw WrongOptions(
        text(option, " must be given only with rows of ", all, ". Received: rows of ", format, "."));
  };
  require("--label", !o.label.empty(), labelled);
  require("--weight", !o.weight.empty(), labelled);
  require("--query", !o.query.empty(), columns);
  require("--numbers", !o.numbers.empty(), columns);
  require("--categories", !o.categories.empty(), columns);
  require("--ids", !o.ids.empty(), columns);
  require("--ignore", !o.ignore.empty(), columns);
  require("--columns", !o.columns_file.empty(), columns);
  require("--names", !o.names.empty(), {"csv", "tsv"});
  require("--delimiter", !o.delimiter.empty(), {"csv"});
  require("--separator", !o.separator.empty(), columns);
  require("--transform", !o.transform.empty(), columns);
  require("--buckets", o.buckets != 0, columns);
  require("--missing", o.missing.has_value(), columns);
  require("--bins", o.bins != 0, hashed);
  require("-b", o.bits.has_value(), hashed);
  require("--features", o.features != 0, {"libsvm"});
  require("--zero-based", !o.zero_based.empty(), {"libsvm"});
  require("--namespaces", !o.namespaces.empty(), {"vw"});
  require("--matrix", !o.matrix.empty(), {"h5ad", "10x"});
  const DataOptions unless_given;
  require("--on-bad", o.on_bad != unless_given.on_bad, text_rows);
  require("--max-bad", o.max_bad != unless_given.max_bad, text_rows);
  require("--rejects", !o.rejects.empty(), text_rows);
  require("--readers", o.readers != unless_given.readers, text_rows);
  if (o.on_bad != "skip" && (o.max_bad != unless_given.max_bad || !o.rejects.empty()))
    throw WrongOptions("--max-bad and --rejects need --on-bad skip. Received: --on-bad raise.");
}

data::ZeroBased zero_based_of(const std::string& given) {
  if (given == "yes") return data::ZeroBased::yes;
  if (given == "no") return data::ZeroBased::no;
  return data::ZeroBased::automatic;
}

void set_text_columns(const DataOptions& o, data::ReadOptions& to) {
  to.columns = columns_given(o);
  if (to.columns.empty())
    throw WrongOptions(text(to.format,
                            ": what the columns are must be given, as in --label click --numbers 'I{1..13}' "
                            "--categories 'C{1..26}' --bins 1000, or by --columns FILE. Received: none."));
  if (to.format == "jsonl") return;
  to.delimiter = one_character("--delimiter", o.delimiter);
  if (o.names.empty()) {
    to.header = data::Header::yes;
  } else {
    to.columns = in_order(names_given(o), to.columns, to.columns);
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

bool is_feature(const data::Column& column) {
  using Kind = data::Column::Kind;
  return column.kind == Kind::number || column.kind == Kind::category || column.kind == Kind::ids ||
         column.kind == Kind::string;
}

template <class Which>
std::vector<data::Column> only(const std::vector<data::Column>& columns, const Which& which) {
  std::vector<data::Column> result;
  std::ranges::copy_if(columns, std::back_inserter(result), which);
  return result;
}

// A column as the file of --columns has it, or its name alone where that would be long.
std::string shown_column(const std::vector<data::Column>& columns, size_t i) {
  if (i >= columns.size()) return "none";
  constexpr size_t kFewValues = 20;
  const data::Column& column = columns[i];
  if (column.vocabulary.size() > kFewValues || column.boundaries.size() > kFewValues)
    return text("'", shown_utf8(column.name), "' with its ",
                column.vocabulary.empty() ? "boundaries" : "vocabulary");
  return shown_utf8(to_string(data::to_setting({column})));
}

void require_learned(const std::vector<data::Column>& given, const std::vector<data::Column>& learned) {
  const auto same = [&](size_t i) {
    return i < given.size() && i < learned.size() && given[i].name == learned[i].name &&
           data::settings_of(given[i]) == data::settings_of(learned[i]);
  };
  for (size_t i = 0; i < std::max(given.size(), learned.size()); ++i)
    if (!same(i))
      throw WrongOptions(
          text("columns that are given again must be those that the model learned from, in their order. "
               "Received: ",
               shown_column(given, i), ", where the model has ", shown_column(learned, i), "."));
}

// The features of a model are as it learned them, and may only be given again. Labels, weights, groups and
// columns that are not read may be others in these files.
void set_columns_again(const DataOptions& o, data::ReadOptions& to) {
  const std::vector<data::Column> learned = only(to.columns, is_feature), given = columns_given(o);
  std::vector<std::string> names;
  if (!o.names.empty()) names = names_given(o);
  else if (to.header == data::Header::no)
    for (const data::Column& column : to.columns) names.push_back(column.name);

  std::vector<data::Column> again = only(given, is_feature);
  if (!names.empty())
    std::ranges::stable_sort(again, {}, [&](const data::Column& column) {
      return std::ranges::find(names, column.name) - names.begin();
    });
  if (!o.columns_file.empty()) {
    require_learned(again, learned);
  } else {
    for (const auto kind :
         {data::Column::Kind::number, data::Column::Kind::category, data::Column::Kind::ids}) {
      const auto of_kind = [&](const data::Column& column) { return column.kind == kind; };
      const std::vector<data::Column> some = only(again, of_kind);
      if (!some.empty()) require_learned(some, only(learned, of_kind));
    }
  }
  const std::vector<data::Column> others =
      only(given, [](const data::Column& column) { return !is_feature(column); });
  for (const data::Column& other : others) {
    if (std::ranges::count(learned, other.name, &data::Column::name) > 0)
      throw WrongOptions(
          text("a column that the model learned from must be none of --label, --weight, --query "
               "and --ignore. Received: '",
               shown_utf8(other.name), "'."));
    std::erase_if(to.columns, [&](const data::Column& column) {
      return !is_feature(column) && (column.kind == other.kind || column.name == other.name);
    });
  }
  to.columns.insert(to.columns.end(), others.begin(), others.end());
  if (!names.empty()) {
    std::vector<data::Column> required = learned;
    required.insert(required.end(), others.begin(), others.end());
    to.columns = in_order(names, to.columns, required);
    to.header = data::Header::no;
    require_learned(only(to.columns, is_feature), learned);
  }
  if (!o.delimiter.empty()) to.delimiter = one_character("--delimiter", o.delimiter);
}

const char* word_of(data::ZeroBased base) {
  if (base == data::ZeroBased::yes) return "yes";
  return base == data::ZeroBased::no ? "no" : "auto";
}

// Of rows in the format that the model learned from.
void set_options_again(const DataOptions& o, data::ReadOptions& to) {
  if (has_columns(to.format)) {
    set_columns_again(o, to);
  } else if (to.format == "libsvm") {
    if (o.features != 0 && o.features < to.n_features)
      throw WrongOptions(
          text("--features must not be fewer than the columns that the model learned from. "
               "Received: --features ",
               o.features, ", where the model has ", to.n_features, "."));
    if (o.features != 0) to.n_features = o.features;
    const data::ZeroBased base = zero_based_of(o.zero_based);
    if (base != data::ZeroBased::automatic && to.zero_based != data::ZeroBased::automatic &&
        base != to.zero_based)
      throw WrongOptions(text("--zero-based must be as the model learned. Received: --zero-based ",
                              o.zero_based, ", where the model has ", word_of(to.zero_based), "."));
    if (base != data::ZeroBased::automatic) to.zero_based = base;
  } else if (to.format == "vw") {
    if (const Dim bins = bins_of(o); bins != 0 && bins != to.bins)
      throw WrongOptions(text("--bins must be those that the model learned with. Received: ", bins,
                              ", where the model has ", to.bins, "."));
    if (!o.namespaces.empty() && listed(o.namespaces) != to.namespaces) {
      std::string all;
      for (const std::string& one : to.namespaces) all += (all.empty() ? "" : ",") + one;
      throw WrongOptions(
          text("--namespaces must be those that the model learned from, in their order. "
               "Received: '",
               shown_utf8(o.namespaces), "', where the model has '", shown_utf8(all), "'."));
    }
  }
}

void set_arrays(const DataOptions& o, data::ReadOptions& to) {
  if (!o.label.empty()) to.y = {{"y", o.label}};
  if (!o.weight.empty()) to.sample_weight = o.weight;
  if (to.format == "h5ad" && !o.matrix.empty()) to.x = {{"x", o.matrix}};
  if (to.format == "10x" && !o.matrix.empty()) to.group = o.matrix;
}

bool has_arrays(const std::string& format) { return format == "npz" || format == "h5ad" || format == "10x"; }

data::ReadOptions new_options(const DataOptions& o, const std::string& format, bool of_model) {
  data::ReadOptions result;
  result.format = format;
  if (has_columns(format)) {
    set_text_columns(o, result);
  } else if (format == "libsvm") {
    result.n_features = o.features;
    result.zero_based = zero_based_of(o.zero_based);
    if (of_model && result.zero_based == data::ZeroBased::automatic)
      throw WrongOptions(text(
          "--zero-based must be yes or no, since the model's file does not tell whether the first column "
          "of libsvm is 0. Received: ",
          o.zero_based.empty() ? "none" : o.zero_based, "."));
  } else if (format == "vw") {
    if (const Dim bins = bins_of(o)) result.bins = bins;
    result.namespaces = listed(o.namespaces);
  }
  return result;
}

}  // namespace

bool DataOptions::says_what_rows_are() const {
  return !(columns_file + label + weight + query + numbers + categories + ids + ignore + names + delimiter +
           separator + transform + zero_based + namespaces + matrix)
              .empty() ||
         bins != 0 || bits || buckets != 0 || missing || features != 0;
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
      ->check(CLI::PositiveNumber)
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

data::ReadOptions read_options(const DataOptions& o, const std::optional<data::ReadOptions>& before,
                               bool of_model) {
  const std::vector<std::string> paths = files(o);
  std::string format = o.format.empty() ? data::format_of(paths[0]) : o.format;
  if (format.empty() && before) format = before->format;
  if (format.empty())
    throw WrongOptions(
        text("--format must be given where the name of a file does not tell it: csv, tsv, jsonl, "
             "libsvm, vw, npz, h5ad, 10x or packed. Received: ",
             shown_utf8(paths[0]), "."));
  require_options_of(format, o);
  bins_of(o);  // Throws for those that cannot be.
  const bool as_learned = before && format != "packed" &&
                          (format == before->format || (has_columns(format) && has_columns(before->format)) ||
                           !o.says_what_rows_are());
  data::ReadOptions result;
  if (as_learned) {
    result = in_format(*before, format);
    set_options_again(o, result);
  } else {
    result = new_options(o, format, before || of_model);
  }
  if (has_arrays(format)) {
    set_arrays(o, result);
  } else if (format != "packed") {
    result.bad.on_bad = o.on_bad == "skip" ? data::OnBad::skip : data::OnBad::raise;
    result.bad.max_bad = o.max_bad;
    result.bad.rejects = o.rejects;
    result.readers = o.readers;
  }
  require_no_header(paths, result);
  return result;
}

data::ReadOptions validation_options(const data::ReadOptions& training,
                                     const std::vector<std::string>& validation_paths) {
  const std::string format = validation_paths.empty() ? std::string() : data::format_of(validation_paths[0]);
  if (!format.empty() && format != training.format)
    throw WrongOptions(text("--validation must be of the format of the rows, ", training.format,
                            ". Received: ", format, "."));
  const bool own_labels = !training.y.empty() || !training.sample_weight.empty();
  if (training.format == "10x" || (training.format == "npz" && own_labels))
    throw WrongOptions(
        text("--validation must be rows that hold their labels, and those of ", training.format,
             " are in files of their own, which belong to the rows of training. Write lacuna pack "
             "for both first, or --validation-split. Received: --validation ",
             validation_paths.empty() ? std::string() : shown_utf8(validation_paths[0]), "."));
  require_no_header(validation_paths, training);
  return training;
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

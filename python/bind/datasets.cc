// Datasets and their columns.
#include "lacuna/data/arrow.h"
#include "lacuna/data/batches.h"
#include "lacuna/data/csv.h"
#include "lacuna/data/h5ad.h"
#include "lacuna/data/jsonl.h"
#include "lacuna/data/labels.h"
#include "lacuna/data/libsvm_dataset.h"
#include "lacuna/data/npz.h"
#include "lacuna/data/packed_file.h"
#include "lacuna/data/vw.h"
#include "python/bind/argument.h"
#include "python/bind/data.h"
#include "python/bind/gil.h"
#include "python/bind/given_rows.h"
#include "python/bind/path.h"

namespace lacuna::bind {
namespace {

using data::Column;

char to_character(const Place& at, nb::handle given) {
  const std::string text = to_text(at, given);
  if (text.size() != 1 || text[0] == '\0') wrong_value(at, "one character of ASCII", given);
  return text[0];
}

char to_character_or_none(const Place& at, nb::handle given) {
  return given.is_none() ? '\0' : to_character(at, given);
}

data::Transform to_transform(const Place& at, nb::handle given) {
  if (given.is_none()) return data::Transform::none;
  const std::string name = to_text(at, given);
  if (name == "log1p") return data::Transform::log1p;
  if (name == "signed_log1p") return data::Transform::signed_log1p;
  wrong_value(at, "None, 'log1p' or 'signed_log1p'", given);
}

data::Compression to_compression(const Place& at, nb::handle given) {
  if (given.is_none()) return data::Compression::none;
  const std::string name = to_text(at, given);
  if (name == "lz4") return data::Compression::lz4;
  if (name == "zstd") return data::Compression::zstd;
  wrong_value(at, "None, 'lz4' or 'zstd'", given);
}

data::Draws to_draws(const Place& at, nb::handle given) {
  const std::string name = to_text(at, given);
  if (name == "counts") return data::Draws::counts;
  if (name == "evenly") return data::Draws::evenly;
  wrong_value(at, "'counts' or 'evenly'", given);
}

nb::dict to_dict(const data::BadRowReport& report) {
  nb::list first;
  for (const data::BadRow& row : report.first) {
    nb::dict one;
    one["path"] = nb::bytes(row.path.data(), row.path.size());
    one["line"] = row.line;
    one["column"] = row.column.empty() ? nb::none() : nb::object(nb::cast(row.column));
    one["reason"] = row.reason;
    one["text"] = nb::bytes(row.text.data(), row.text.size());
    first.append(one);
  }
  nb::dict result;
  result["rows"] = report.rows;
  result["bad"] = report.bad;
  result["first"] = first;
  return result;
}

nb::list to_list_of_parts(const data::Schema& schema) {
  constexpr const char* kRoles[] = {"input", "target", "sample_weight", "query"};
  nb::list parts;
  for (const data::RowPart& part : schema)
    parts.append(nb::make_tuple(part.name, kRoles[static_cast<size_t>(part.role)],
                                from_shape(part.spec.shape), name_of(part.spec.dtype),
                                name_of(part.spec.storage)));
  return parts;
}

nb::list load(const data::Dataset& dataset) {
  data::LoadedRows rows;
  {
    const WithoutGil no_gil;
    rows = data::load(dataset);
  }
  const auto given = [](Array& array) -> nb::object {
    if (!array.given()) return nb::none();
    return from_tensor(Tensor(array.tensor()));
  };
  const auto all = [&](std::map<std::string, Array>& arrays) {
    nb::dict result;
    for (auto& [name, array] : arrays) result[name.c_str()] = given(array);
    return result;
  };
  nb::list result;
  result.append(all(rows.x));
  result.append(all(rows.y));
  result.append(given(rows.sample_weight));
  result.append(given(rows.query));
  return result;
}

data::BadRowOptions bad_rows(const char* where, const std::string& on_bad, double max_bad,
                             const std::optional<nb::bytes>& rejects) {
  LACUNA_REQUIRE(on_bad == "raise" || on_bad == "skip", where,
                 ": on_bad must be 'raise' or 'skip'. Received: on_bad='", on_bad, "'.");
  return {.on_bad = on_bad == "skip" ? data::OnBad::skip : data::OnBad::raise,
          .max_bad = max_bad,
          .rejects = rejects ? string_of(*rejects) : std::string()};
}

data::Dataset csv(const std::vector<nb::bytes>& paths, const std::vector<nb::object>& columns,
                  nb::handle delimiter, nb::handle quote, nb::handle header, bool fields,
                  const std::string& on_bad, double max_bad, const std::optional<nb::bytes>& rejects,
                  size_t readers) {
  data::CsvOptions options{.delimiter = to_character({"csv", "delimiter"}, delimiter),
                           .quote = to_character_or_none({"csv", "quote"}, quote),
                           .fields = fields,
                           .readers = readers};
  for (const nb::object& column : columns)
    options.columns.push_back(Argument<Column>::of({"csv", "columns"}, column));
  const Place at{"csv", "header"};
  if (!PyUnicode_Check(header.ptr()))
    options.header = to_flag(at, header) ? data::Header::yes : data::Header::no;
  else if (to_text(at, header) != "auto") wrong_value(at, "True, False or 'auto'", header);
  options.bad = bad_rows("csv", on_bad, max_bad, rejects);
  return data::csv(strings_of(paths), std::move(options));
}

// A function of Python that returns the capsule of a stream, which may be called by any thread. It may refer
// to the dataset, so lacuna.data.Dataset keeps it.
data::ArrowStreams streams_of(nb::handle function) {
  return [function = WeakObject(function, "arrow", "streams")](ArrowArrayStream* to) {
    const WithGil gil;
    const nb::object capsule = function.get()();
    auto* const stream =
        static_cast<ArrowArrayStream*>(PyCapsule_GetPointer(capsule.ptr(), "arrow_array_stream"));
    if (!stream) throw nb::python_error();
    *to = *stream;
    stream->release = nullptr;  // Moved: the capsule releases it no more.
  };
}

data::Dataset arrow(nb::handle streams, const std::vector<nb::object>& columns, bool fields,
                    const std::string& on_bad, double max_bad, const std::optional<nb::bytes>& rejects,
                    size_t readers, const std::string& version) {
  data::ArrowOptions options{.fields = fields,
                             .bad = bad_rows("arrow", on_bad, max_bad, rejects),
                             .readers = readers,
                             .version = version};
  for (const nb::object& column : columns)
    options.columns.push_back(Argument<Column>::of({"arrow", "columns"}, column));
  return data::arrow(streams_of(streams), std::move(options));
}

data::Dataset jsonl(const std::vector<nb::bytes>& paths, const std::vector<nb::object>& columns, bool fields,
                    const std::string& on_bad, double max_bad, const std::optional<nb::bytes>& rejects,
                    size_t readers) {
  data::JsonlOptions options{
      .fields = fields, .bad = bad_rows("jsonl", on_bad, max_bad, rejects), .readers = readers};
  for (const nb::object& column : columns)
    options.columns.push_back(Argument<Column>::of({"jsonl", "columns"}, column));
  return data::jsonl(strings_of(paths), std::move(options));
}

data::Dataset libsvm(const std::vector<nb::bytes>& paths, std::optional<Dim> n_features,
                     nb::handle zero_based, bool query_id, const std::string& on_bad, double max_bad,
                     const std::optional<nb::bytes>& rejects, size_t readers) {
  const data::LibsvmDatasetOptions options{.n_features = n_features.value_or(0),
                                           .zero_based = to_zero_based("libsvm", zero_based),
                                           .query_id = query_id,
                                           .bad = bad_rows("libsvm", on_bad, max_bad, rejects),
                                           .readers = readers};
  const std::vector<std::string> names = strings_of(paths);
  const WithoutGil no_gil;
  return data::libsvm(names, options);
}

data::Dataset vw(const std::vector<nb::bytes>& paths, Dim bins, const std::vector<std::string>& namespaces,
                 bool labels, const std::string& on_bad, double max_bad,
                 const std::optional<nb::bytes>& rejects, size_t readers) {
  return data::vw(strings_of(paths), {.bins = bins,
                                      .namespaces = namespaces,
                                      .labels = labels,
                                      .bad = bad_rows("vw", on_bad, max_bad, rejects),
                                      .readers = readers});
}

std::map<std::string, std::string> paths_by_name(const std::map<std::string, nb::bytes>& given) {
  std::map<std::string, std::string> result;
  for (const auto& [name, path] : given) result.emplace(name, string_of(path));
  return result;
}

std::string path_or_none(const std::optional<nb::bytes>& path) {
  return path ? string_of(*path) : std::string();
}

}  // namespace

void bind_datasets(nb::module_& m) {
  nb::class_<Column>(m, "Column", "What a column is for; lacuna.data makes it.")
      .def_prop_ro("name", [](const Column& column) { return column.name; })
      .def_prop_ro("width", [](const Column& column) { return column.width(); });
  def(m, "label", data::label, "name"_a);
  def(m, "sample_weight", data::sample_weight, "name"_a);
  def(m, "query_id", data::query_id, "name"_a);
  def(m, "ignored", data::ignored, "name"_a);
  def(
      m, "numbers",
      [](const std::string& names, nb::handle transform, Dim buckets, const std::vector<double>& boundaries,
         std::optional<double> missing, const std::string& input) {
        return data::numbers(names, {.transform = to_transform({"numbers", "transform"}, transform),
                                     .buckets = buckets,
                                     .boundaries = boundaries,
                                     .missing = missing,
                                     .input = input});
      },
      "names"_a, "transform"_a.none(), "buckets"_a, "boundaries"_a, "missing"_a.none(), "input"_a);
  def(
      m, "categories",
      [](const std::string& names, Dim bins, const std::vector<std::string>& vocabulary, nb::handle separator,
         const std::string& input) {
        return data::categories(names,
                                {.bins = bins,
                                 .vocabulary = vocabulary,
                                 .separator = to_character_or_none({"categories", "separator"}, separator),
                                 .input = input});
      },
      "names"_a, "bins"_a, "vocabulary"_a, "separator"_a.none(), "input"_a);
  def(
      m, "ids_column",
      [](const std::string& name, Dim n, nb::handle separator, const std::string& input) {
        return data::ids(
            name,
            {.n = n, .separator = to_character_or_none({"ids", "separator"}, separator), .input = input});
      },
      "name"_a, "n"_a, "separator"_a.none(), "input"_a);
  def(
      m, "strings_columns",
      [](const std::string& names, const std::string& input) {
        return data::strings(names, {.input = input});
      },
      "names"_a, "input"_a);
  nb::class_<data::Dataset> c(m, "Dataset", "A recipe for rows; lacuna.data.Dataset holds it.");
  // A schema may have to be found out by a function of Python.
  c.def_prop_ro("schema",
                [](const data::Dataset& d) {
                  return to_list_of_parts(without_gil([&]() -> const data::Schema& { return d.schema(); }));
                })
      .def_prop_ro("rows", [](const data::Dataset& d) { return d.rows(); })
      .def_prop_ro("report", [](const data::Dataset& d) { return to_dict(d.report()); });
  def_method(
      c, "take", [](data::Dataset& d, Dim count) { return d.take(count); }, "count"_a);
  def_method(
      c, "skip", [](data::Dataset& d, Dim count) { return d.skip(count); }, "count"_a);
  def_method(
      c, "split",
      [](data::Dataset& d, double fraction, uint64_t seed, const std::optional<std::string>& key) {
        auto [first, second] = without_gil([&] { return d.split(fraction, seed, key.value_or("")); });
        return nb::make_tuple(std::move(first), std::move(second));
      },
      "fraction"_a, "seed"_a, "key"_a.none());
  def_method(
      c, "map_labels",
      [](const data::Dataset& d, nb::handle labels) {
        return data::map_labels(d, nb::cast<data::LabelMap>(labels));
      },
      "labels"_a);
  def_method(c, "cache", [](data::Dataset& d) { return d.cache(); });
  def_method(
      c, "map",
      [](data::Dataset& d, nb::handle function, const std::string& version) {
        return d.map(to_row_function(function), version);
      },
      "function"_a, "version"_a);
  def_method(
      c, "negatives",
      [](data::Dataset& d, Dim k, const std::string& column, nb::handle draws, uint64_t seed) {
        const data::Draws how = to_draws({"negatives", "draws"}, draws);
        const WithoutGil no_gil;
        return d.negatives(k, column, how, seed);
      },
      "k"_a, "column"_a, "draws"_a, "seed"_a);
  def_method(
      c, "shard", [](data::Dataset& d, Dim count, Dim index) { return d.shard(count, index); }, "count"_a,
      "index"_a);
  def_method(
      c, "pack",
      [](data::Dataset& d, const nb::bytes& path, nb::handle compression, bool read_only,
         std::optional<uint64_t> shuffle) {
        const data::PackOptions options{.compression = to_compression({"pack", "compression"}, compression),
                                        .read_only = read_only,
                                        .shuffle = shuffle};
        const std::string name = string_of(path);
        const WithoutGil no_gil;
        return d.pack(name, options);
      },
      "path"_a, "compression"_a.none(), "read_only"_a, "shuffle"_a.none());
  c.def("load", load);
  def(
      m, "open_dataset",
      [](const nb::bytes& path) {
        const std::string name = string_of(path);
        const WithoutGil no_gil;
        return data::open(name);
      },
      "path"_a);
  def(m, "csv", csv, "paths"_a, "columns"_a, "delimiter"_a, "quote"_a.none(), "header"_a, "fields"_a,
      "on_bad"_a, "max_bad"_a, "rejects"_a.none(), "readers"_a);
  def(
      m, "batches",
      [](nb::handle passes, bool once, const std::string& version) {
        return data::batches(to_passes(passes), {.once = once, .version = version});
      },
      "passes"_a, "once"_a, "version"_a);
  def(
      m, "npz",
      [](const std::map<std::string, nb::bytes>& x, const std::map<std::string, nb::bytes>& y,
         const std::optional<nb::bytes>& sample_weight) {
        return data::npz(paths_by_name(x),
                         {.y = paths_by_name(y), .sample_weight = path_or_none(sample_weight)});
      },
      "x"_a, "y"_a, "sample_weight"_a.none());
  def(
      m, "h5ad",
      [](const nb::bytes& path, const std::map<std::string, std::string>& x,
         const std::map<std::string, std::string>& y, const std::optional<std::string>& sample_weight) {
        const std::string name = string_of(path);
        const WithoutGil no_gil;
        return data::h5ad(name, x, {.y = y, .sample_weight = sample_weight.value_or("")});
      },
      "path"_a, "x"_a, "y"_a, "sample_weight"_a.none());
  def(
      m, "h5_10x",
      [](const nb::bytes& path, const std::map<std::string, nb::bytes>& y,
         const std::optional<nb::bytes>& sample_weight, const std::string& group) {
        const std::string name = string_of(path);
        const data::TenxOptions options{
            .group = group, .y = paths_by_name(y), .sample_weight = path_or_none(sample_weight)};
        const WithoutGil no_gil;
        return data::h5_10x(name, options);
      },
      "path"_a, "y"_a, "sample_weight"_a.none(), "group"_a);
  def(m, "arrow", arrow, "streams"_a, "columns"_a, "fields"_a, "on_bad"_a, "max_bad"_a, "rejects"_a.none(),
      "readers"_a, "version"_a);
  def(m, "jsonl", jsonl, "paths"_a, "columns"_a, "fields"_a, "on_bad"_a, "max_bad"_a, "rejects"_a.none(),
      "readers"_a);
  def(m, "vw", vw, "paths"_a, "bins"_a, "namespaces"_a, "labels"_a, "on_bad"_a, "max_bad"_a,
      "rejects"_a.none(), "readers"_a);
  def(m, "libsvm", libsvm, "paths"_a, "n_features"_a.none(), "zero_based"_a.none(), "query_id"_a, "on_bad"_a,
      "max_bad"_a, "rejects"_a.none(), "readers"_a);
}

}  // namespace lacuna::bind

// One dataset for any kind of file.
#include "lacuna/data/read.h"

#include <algorithm>

#include "lacuna/base/names.h"
#include "lacuna/base/utf8.h"
#include "lacuna/data/h5ad.h"
#include "lacuna/data/jsonl.h"
#include "lacuna/data/libsvm_dataset.h"
#include "lacuna/data/npz.h"
#include "lacuna/data/packed_file.h"
#include "lacuna/data/vw.h"

namespace lacuna::data {
namespace {

const std::vector<std::string>& read_formats() {
  static const std::vector<std::string> all{"csv", "tsv",  "jsonl", "libsvm", "vw",
                                            "npz", "h5ad", "10x",   "packed"};
  return all;
}

bool is_one_of(const std::string& format, std::initializer_list<const char*> formats) {
  return std::ranges::find(formats, format) != formats.end();
}

// Throws unless options that other formats have were left alone.
void require_own_options(const ReadOptions& o) {
  const auto require = [&](bool is_default, std::initializer_list<const char*> formats, const char* name) {
    if (is_default || is_one_of(o.format, formats)) return;
    std::string all;
    for (const char* one : formats) all += (all.empty() ? "" : ", ") + std::string(one);
    throw InvalidArgument("read: ", name, " is an option of ", all, ". Received: format='", o.format, "'.");
  };
  require(o.columns.empty(), {"csv", "tsv", "jsonl"}, "columns");
  require(o.delimiter == '\0', {"csv"}, "delimiter");
  require(o.quote == '"', {"csv", "tsv"}, "quote");
  require(o.header == Header::automatic, {"csv", "tsv"}, "header");
  require(!o.fields, {"csv", "tsv", "jsonl"}, "fields");
  require(o.n_features == 0, {"libsvm"}, "n_features");
  require(o.zero_based == ZeroBased::automatic, {"libsvm"}, "zero_based");
  require(!o.query_id, {"libsvm"}, "query_id");
  require(o.bins == ReadOptions().bins, {"vw"}, "bins");
  require(o.namespaces.empty(), {"vw"}, "namespaces");
  require(o.y.empty(), {"npz", "h5ad", "10x"}, "y");
  require(o.sample_weight.empty(), {"npz", "h5ad", "10x"}, "sample_weight");
  require(o.x.empty(), {"h5ad"}, "x");
  require(o.group == "matrix", {"10x"}, "group");
  require(o.bad.on_bad == OnBad::raise, {"csv", "tsv", "jsonl", "libsvm", "vw"}, "on_bad");
}

const std::string& one_path(const std::vector<std::string>& paths, const std::string& format) {
  LACUNA_REQUIRE(paths.size() == 1, "read: ", format, " takes one file. Received: paths=", paths.size(), ".");
  return paths[0];
}

LibsvmDatasetOptions of_libsvm(const ReadOptions& o) {
  return {.n_features = o.n_features,
          .zero_based = o.zero_based,
          .query_id = o.query_id,
          .bad = o.bad,
          .readers = o.readers};
}

std::string format_for(const std::vector<std::string>& paths, const ReadOptions& options) {
  LACUNA_REQUIRE(!paths.empty(), "read: a file or more must be given. Received: paths=().");
  std::string format = options.format.empty() ? format_of(paths[0]) : options.format;
  LACUNA_REQUIRE(
      !format.empty(),
      "read: the format must be given where the name of the file does not tell it: csv, tsv, jsonl, "
      "libsvm, vw, npz, h5ad, 10x or packed. Received: path='",
      shown_utf8(paths[0]), "'.");
  LACUNA_REQUIRE(
      std::ranges::count(read_formats(), format) == 1,
      "read: format must be csv, tsv, jsonl, libsvm, vw, npz, h5ad, 10x or packed. Received: format=",
      in_quotes(format), nearest(format, read_formats()), ".");
  return format;
}

}  // namespace

std::string format_of(const std::string& path) {
  std::string_view name = path;
  const auto ends = [&](std::string_view end) { return name.size() > end.size() && name.ends_with(end); };
  for (const char* packing : {".gz", ".xz", ".bz2", ".zst", ".lz4"})
    if (ends(packing)) {
      name.remove_suffix(std::string_view(packing).size());
      break;
    }
  static constexpr std::pair<const char*, const char*> kEnds[] = {
      {".csv", "csv"},      {".tsv", "tsv"},       {".tab", "tsv"},         {".jsonl", "jsonl"},
      {".ndjson", "jsonl"}, {".libsvm", "libsvm"}, {".svmlight", "libsvm"}, {".svm", "libsvm"},
      {".vw", "vw"},        {".npz", "npz"},       {".npy", "npz"},         {".h5ad", "h5ad"},
      {".h5", "10x"},       {".pack", "packed"}};
  for (const auto& [end, format] : kEnds)
    if (ends(end)) return format;
  return {};
}

ReadOptions complete(const std::vector<std::string>& paths, ReadOptions options) {
  options.format = format_for(paths, options);
  require_own_options(options);
  if (options.format == "libsvm") {
    const LibsvmDatasetOptions told = complete(paths, of_libsvm(options));
    options.n_features = told.n_features;
    options.zero_based = told.zero_based;
  }
  return options;
}

Dataset read(const std::vector<std::string>& paths, const ReadOptions& o) {
  ReadOptions whole = o;
  whole.format = format_for(paths, o);
  require_own_options(whole);
  const std::string& format = whole.format;
  if (format == "csv" || format == "tsv") {
    const char comma = o.delimiter == '\0' ? ',' : o.delimiter;
    return csv(paths, {.columns = o.columns,
                       .delimiter = format == "tsv" ? '\t' : comma,
                       .quote = o.quote,
                       .header = o.header,
                       .fields = o.fields,
                       .bad = o.bad,
                       .readers = o.readers});
  }
  if (format == "jsonl")
    return jsonl(paths, {.columns = o.columns, .fields = o.fields, .bad = o.bad, .readers = o.readers});
  if (format == "libsvm") return libsvm(paths, of_libsvm(o));
  if (format == "vw")
    return vw(
        paths,
        {.bins = o.bins, .namespaces = o.namespaces, .labels = o.labels, .bad = o.bad, .readers = o.readers});
  const std::string& path = one_path(paths, format);
  if (format == "npz") return npz({{"x", path}}, {.y = o.y, .sample_weight = o.sample_weight});
  if (format == "h5ad") {
    const std::map<std::string, std::string> whole_matrix{{"x", "X"}};
    return h5ad(path, o.x.empty() ? whole_matrix : o.x, {.y = o.y, .sample_weight = o.sample_weight});
  }
  if (format == "10x") return h5_10x(path, {.group = o.group, .y = o.y, .sample_weight = o.sample_weight});
  return data::open(path);
}

}  // namespace lacuna::data

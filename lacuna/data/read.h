// Files of any kind as a dataset, by one set of options, which a config can hold: so a model's file can tell
// how its rows are read.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "lacuna/base/settings.h"
#include "lacuna/data/columns.h"
#include "lacuna/data/csv.h"
#include "lacuna/data/dataset.h"
#include "lacuna/data/libsvm.h"

namespace LACUNA_EXPORT lacuna {
namespace data {

// An option that the format does not have must have its default value.
struct ReadOptions {
  // csv, tsv, jsonl, libsvm, vw, npz, h5ad, 10x or packed; empty: format_of the first path.
  std::string format{};
  std::vector<Column> columns{};                // csv, tsv, jsonl.
  char delimiter = '\0';                        // csv; 0: a comma.
  char quote = '"';                             // csv, tsv; 0: there are none.
  Header header = Header::automatic;            // csv, tsv.
  bool fields = false;                          // csv, tsv, jsonl.
  Dim n_features = 0;                           // libsvm; 0: the files tell.
  ZeroBased zero_based = ZeroBased::automatic;  // libsvm.
  bool query_id = false;                        // libsvm.
  Dim bins = Dim{1} << 18;                      // vw.
  std::vector<std::string> namespaces{};        // vw.
  bool labels = true;                           // vw; false: rows may have none. No part of a config.
  // Targets by their names, and weights: columns of obs in h5ad, files of .npy for npz and 10x, where they
  // are no part of a config, since other rows have others.
  std::map<std::string, std::string> y{};
  std::string sample_weight{};
  std::map<std::string, std::string> x{};  // h5ad: parts by the names of inputs; none: {"x", "X"}.
  std::string group = "matrix";            // 10x.

  // No part of a config.
  BadRowOptions bad{};  // Of text.
  size_t readers = 0;   // Of text.
};

// By the end of a name, after which .gz, .xz, .bz2, .zst or .lz4 may stand: .csv; .tsv and .tab; .jsonl and
// .ndjson; .libsvm, .svm and .svmlight; .vw; .npz and .npy; .h5ad; .h5 (10x); .pack. Empty for others.
std::string format_of(const std::string& path);

// The same options with what the files tell: the format and, of libsvm, the columns, for which the files are
// read where they are not given. Throws InvalidArgument if the format is not known, and as read.
ReadOptions complete(const std::vector<std::string>& paths, ReadOptions options);

// One dataset of all files; npz, h5ad, 10x and packed take one. Throws InvalidArgument for options that do
// not fit, and as the function of the format.
Dataset read(const std::vector<std::string>& paths, const ReadOptions& options);

// Lists of settings, by the names of the functions and arguments of Python: {"kind": "category", "name":
// "C1", "bins": 1000}. A name may be a pattern such as "C{1..26}": column_list reads one column for each.
std::vector<Column> columns_from_setting(const char* where, const Setting& list);
Setting to_setting(const std::vector<Column>& columns);
void read_list(Settings& settings, ReadOptions& options);

}  // namespace data
}  // namespace lacuna

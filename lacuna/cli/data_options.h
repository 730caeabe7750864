// The options that tell what the rows are: files, their format, columns.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lacuna/data/read.h"

namespace CLI {
class App;
}

namespace lacuna::cli {

struct DataOptions {
  std::vector<std::string> paths{};
  std::string data{};  // Vowpal Wabbit's -d.
  std::string format{};
  std::string columns_file{};
  std::string label{}, weight{}, query{}, numbers{}, categories{}, ids{}, ignore{}, names{};
  std::string delimiter{}, separator{}, transform{};
  Dim bins = 0, buckets = 0;
  std::optional<Dim> bits{};
  std::optional<double> missing{};
  Dim features = 0;
  std::string zero_based{}, namespaces{}, matrix{};
  std::string on_bad{"raise"}, rejects{};
  double max_bad = 0.01;
  size_t readers = 0;

  // Whether anything but files, their format, bad rows and readers was given.
  bool says_what_rows_are() const;
};

// labels: whether the options of labels and weights are there too.
void add_data_options(CLI::App& command, DataOptions& options);

// The files; the standard input if there are none, or for '-'.
std::vector<std::string> files(const DataOptions& options);

// What the options say. before: what a model's file says, which holds where they do not; it is empty for a
// model that learned from packed rows, or was made elsewhere. of_model: whether there is a model, whose
// columns are then given: libsvm text needs its base. Throws WrongOptions for options that do not fit the
// format or contradict the model, InvalidArgument for a file with a header where --names tells that there is
// none.
data::ReadOptions read_options(const DataOptions& options,
                               const std::optional<data::ReadOptions>& before = {}, bool of_model = false);

// How the files of --validation are read, given how the rows of training are. Throws WrongOptions for another
// format, and for formats whose labels or weights are files of their own, which belong to the rows of
// training.
data::ReadOptions validation_options(const data::ReadOptions& training,
                                     const std::vector<std::string>& validation_paths);

// For rows that may have no labels: those of columns that a header names are not read.
data::ReadOptions without_labels(data::ReadOptions options);

// Names with commas between them, of which a comma in braces is none: "age,I{1..13}".
std::vector<std::string> listed(const std::string& text);

// The whole of a file or of the standard input ('-').
std::string text_of_file(const std::string& path);

}  // namespace lacuna::cli

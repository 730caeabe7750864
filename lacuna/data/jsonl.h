// Datasets of lines of JSON, plain or compressed.
#pragma once
#include <string>
#include <vector>

#include "lacuna/data/columns.h"
#include "lacuna/data/dataset.h"

namespace LACUNA_EXPORT lacuna {
namespace data {

struct JsonlOptions {
  // Found by their names: a key of the object, or keys within each other, joined by dots ("user.id").
  std::vector<Column> columns{};
  bool fields = false;  // As in CsvOptions.
  BadRowOptions bad{};
  size_t readers = 0;  // Threads that parse; 0: half of num_threads(), and none if that is 1.
};

// A dataset of files with an object of JSON in each line; a path with *, ? or [ stands for those that it
// matches. A value means what its text means in CSV; null, and a key that is not there, are the empty text.
// Numbers are numbers, booleans or texts of numbers; categories and ids are texts, whole numbers or lists of
// them. The order of keys does not matter, and other keys are not read, but the whole line must be JSON. A
// line is bad that is no whole object, has a value of another kind, has the key of a column twice, is not
// UTF-8, or is longer than 16 MiB. If no row of the first block has a column, the pass warns. Throws
// InvalidArgument for options that do not fit.
Dataset jsonl(const std::vector<std::string>& paths, JsonlOptions options);

}  // namespace data
}  // namespace lacuna

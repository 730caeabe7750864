// Datasets of CSV and TSV text, plain or compressed.
#pragma once
#include <string>
#include <vector>

#include "lacuna/data/columns.h"
#include "lacuna/data/dataset.h"

namespace LACUNA_EXPORT lacuna {
namespace data {

// Whether the first line of a file names its columns. automatic: it does if one of its fields is the name of
// a column.
enum class Header : uint8_t { automatic, yes, no };

struct CsvOptions {
  std::vector<Column> columns{};  // Without a header, all columns of the text, in order.
  char delimiter = ',';
  char quote = '"';  // Around a field that holds the delimiter; doubled within. 0: there are none.
  Header header = Header::automatic;
  // Inputs are ids, (rows, fields) for an Embedding, in place of csr; numbers must then have buckets.
  bool fields = false;
  BadRowOptions bad{};
  size_t readers = 0;  // Threads that parse; 0: half of num_threads(), and none if that is 1.
};

// A dataset of files, one after another; a path with *, ? or [ stands for those that it matches. An input is
// one csr tensor: each of its columns has a range there, in the order of options.columns, a number one
// column, a category as many as it has bins, ids as many as there are. Rows that are not understood are bad:
// too few or too many fields, no finite number, a quote that does not close in its line. Throws
// InvalidArgument for options that do not fit.
Dataset csv(const std::vector<std::string>& paths, CsvOptions options);

}  // namespace data
}  // namespace lacuna

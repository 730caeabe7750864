// Rows of a text that are not understood: what to do with them, and the report on them. A model never learns
// from one.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "lacuna/base/export.h"

namespace LACUNA_EXPORT lacuna {
namespace data {

enum class OnBad : uint8_t {
  raise,  // An error, which says where and why.
  skip,   // The row is left out and counted.
};

struct BadRowOptions {
  OnBad on_bad = OnBad::raise;
  // With skip, it is an error if more than this part of the rows is bad, or of 10,000 rows if there are
  // fewer.
  double max_bad = 0.01;
  std::string rejects{};  // With skip, a file to which the bad rows are written as they are; empty: none.
};

struct BadRow {
  std::string path{};    // Empty if there are no lines but rows, as in an Arrow stream.
  int64_t line = 0;      // From 1.
  std::string column{};  // Empty if it is the row as a whole.
  std::string reason{};
  std::string text{};  // Of the row, without the end of its line.

  // "a label must be a finite number, 'x' in column 'click' of line 3 of day.csv: …", with 60 bytes of the
  // text.
  std::string what() const;
};

// Of one pass over a dataset.
struct BadRowReport {
  int64_t rows = 0;  // Good ones and bad ones.
  int64_t bad = 0;
  std::vector<BadRow> first{};  // The first 20 of them.
};

}  // namespace data
}  // namespace lacuna

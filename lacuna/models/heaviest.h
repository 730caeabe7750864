// The heaviest rows of a model's weights: the columns of its input that say most.
#pragma once
#include <string>
#include <vector>

#include "lacuna/models/model.h"

namespace LACUNA_EXPORT lacuna {
namespace models {

struct HeavyRow {
  int64_t row = 0;
  double norm = 0;               // The root of the sum of squares.
  std::vector<double> values{};  // Of the row.
};

struct HeavyWeight {
  std::string name{};  // "linear/kernel".
  Shape shape{};
  int64_t touched = 0;  // Rows that are stored: all of a weight without sparse_weight.
  std::vector<HeavyRow> rows{};
};

// Of each weight that has a row for each of so many columns, the rows of the largest norms, the largest first
// (of equal ones that of the smaller number), as many as `count`. Rows that were never touched, and those of
// zeros, are left out.
std::vector<HeavyWeight> heaviest(Model& model, Dim columns, size_t count);

}  // namespace models
}  // namespace lacuna

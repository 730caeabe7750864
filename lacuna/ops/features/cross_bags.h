// Combinations of the values of rows that may have several, as rows of bins.
#pragma once
#include <string>
#include <vector>

#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

struct CrossBags {
  int64_t num_bins = 0;
  bool counts = false;  // Sums of products of the values of csr, which are 1 for other columns; else ones.
  DType dtype = DType::float32;
};

// Two or more columns: (batch, k) of strings or whole numbers, k values a row; or csr of floats, whose values
// are its columns -> csr (batch, num_bins) with all combinations of a value of each, in the bins of
// cross_bins. `where` begins errors of a run. No gradient.
Symbol cross_bags(const std::string& where, const std::vector<Symbol>& columns, const CrossBags& how);

}  // namespace lacuna

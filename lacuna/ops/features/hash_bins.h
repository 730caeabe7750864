// Strings and whole numbers, and combinations of them, as bins.
#pragma once
#include <vector>

#include "lacuna/features/hashing.h"
#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

// x, strings or whole numbers of any shape -> the bin of each in [0, how.num_bins), int64. No gradient.
Symbol hash_bins(const Symbol& x, const features::Hashing& how);

// Two or more symbols of one shape, each of strings or of whole numbers -> the bin of each combination, int64
// of that shape. No gradient.
Symbol cross_bins(const std::vector<Symbol>& columns, int64_t num_bins);

}  // namespace lacuna

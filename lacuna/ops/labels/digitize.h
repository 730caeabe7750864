// The bin of each value, and how often each whole number stands there.
#pragma once
#include <vector>

#include "lacuna/graph/symbol.h"

namespace lacuna {

// How many of `bins`, which ascend, are at or below each element: int32. csr and row_sparse stay so where 0
// is below all bins; NaN is above all. No gradient.
Symbol digitize(const Symbol& x, const std::vector<double>& bins);

// How often each whole number from 0 on stands in each line of x, int32 or int64 of rank 1 or 2: as many
// counts as the largest number asks for, and `minlength` at least, so that the last dimension is open. int32,
// or the sums of `weights` (of the shape of x) in their dtype. Negative numbers are an OutOfRange error.
// `sparse`: csr of floatx (or of weights), of x of rank 2. No gradient.
Symbol bincount(const Symbol& x, const Symbol& weights = {}, Dim minlength = 0, bool sparse = false);

}  // namespace lacuna

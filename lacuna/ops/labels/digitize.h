// The bin of each value (digitize), and how often each whole number occurs (bincount).
#pragma once
#include <memory>
#include <vector>

#include "lacuna/features/learned.h"
#include "lacuna/graph/symbol.h"

namespace LACUNA_EXPORT lacuna {

// For each element the number of `bins`, in ascending order, that are at or below it: int32. csr and
// row_sparse keep their storage where 0 is below all bins. NaN counts as above all bins. No gradient.
Symbol digitize(const Symbol& x, const std::vector<double>& bins);
// The same for dense x and the bins that are held in a run.
Symbol digitize_by(const Symbol& x,
                   const std::shared_ptr<const features::Learned<std::vector<double>>>& bins);

// How often each whole number from 0 on occurs in each line of x, int32 or int64 of rank 1 or 2. The last
// dimension of the result is max(x) + 1, at least `minlength`, so it is known only in a run. Counts are
// int32; with `weights` (of the shape of x) the result has sums of them, in their dtype. Negative numbers are
// an OutOfRange error. `sparse`: csr of floatx (or the dtype of weights), for x of rank 2. No gradient.
Symbol bincount(const Symbol& x, const Symbol& weights = {}, Dim minlength = 0, bool sparse = false);

}  // namespace lacuna
